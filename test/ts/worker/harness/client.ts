import { setTimeout as pause } from "node:timers/promises";
import { decodeResponse, type InferenceResponse } from "@freehold/sdk";
import { expect } from "chai";
import { type Payer, type Prepared, post } from "./payer.ts";
import { until } from "./wait.ts";

/** A payer that goes on through crashes, and keeps every answer that it got. */
export class Client {
  readonly payer: Payer;
  /** By idempotency key: the first answer, which every retry has to repeat. */
  readonly answers = new Map<string, string>();
  retries = 0;

  constructor(payer: Payer) {
    this.payer = payer;
  }

  get receipts(): InferenceResponse["receipt"][] {
    return [...this.answers.values()].map((text) => decodeResponse(JSON.parse(text)).receipt);
  }

  /**
   * One inference: the same bytes again and again until there is an answer, and once more after that, from `other`,
   * which is another replica where there is one and it lives.
   */
  async infer(url: string, isOver: () => boolean, other = url): Promise<void> {
    const prepared = await this.#persist(() => this.#prepare(url), isOver);
    if (prepared === undefined) return;
    const answer = await this.#persist(() => this.#send(url, prepared), isOver);
    if (answer === undefined) {
      // Unknown to the client: it asks again when the worker is back.
      this.open = prepared;
      return;
    }
    await this.#accept(prepared, answer);
    let tries = 0;
    const again = await this.#persist(() => this.#send(tries++ % 2 === 0 ? other : url, prepared), isOver);
    if (again !== undefined) expect(again, "a retry gets the same bytes").to.equal(answer);
  }

  /** The request that was running when the test ended. */
  open: Prepared | undefined;

  async finish(url: string): Promise<void> {
    if (this.open === undefined) return;
    const { open } = this;
    await this.#accept(open, await until(() => this.#send(url, open), "the last answer"));
  }

  async #accept(prepared: Prepared, text: string): Promise<void> {
    const response = decodeResponse(JSON.parse(text));
    await this.payer.open(prepared, response);
    this.answers.set(prepared.key, text);
  }

  async #prepare(url: string): Promise<Prepared> {
    const offer = await this.payer.offer(url);
    return this.payer.prepare(offer, { text: "profit" }, { cumulative: this.payer.promise(offer.price) });
  }

  async #send(url: string, prepared: Prepared): Promise<string> {
    const answer = await post(url, prepared);
    if (answer.status !== 200) throw new Error(answer.text);
    return answer.text;
  }

  async #persist<T>(work: () => Promise<T>, isOver: () => boolean): Promise<T | undefined> {
    while (!isOver()) {
      try {
        return await work();
      } catch (error) {
        if (error instanceof Error && error.name === "AssertionError" && !/503/.test(error.message)) throw error;
        this.retries++;
        await pause(30);
      }
    }
    return undefined;
  }
}
