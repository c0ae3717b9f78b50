import { decodeResponse, type InferenceResponse } from "@freehold/sdk";
import { measureCode } from "@freehold/worker";
import { expect } from "chai";
import { readStore } from "../../../worker/dist/store/index.js";
import { sharedChain, type TestChain } from "./harness/chain.ts";
import { createLine, type TestLine } from "./harness/model.ts";
import { createNode, PATIENT, PRICE, workerConfig } from "./harness/node.ts";
import { Payer, type Prepared, post } from "./harness/payer.ts";
import { freePort, serveArguments, WorkerProcess } from "./harness/process.ts";
import { seeded } from "./harness/random.ts";
import { until } from "./harness/wait.ts";

const KILLS = 12;
const PAYERS = 3;

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** A payer that goes on through crashes, and keeps every answer that it got. */
class Client {
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

  /** One inference: the same bytes again and again until there is an answer, and once more after that. */
  async infer(url: string, isOver: () => boolean): Promise<void> {
    const prepared = await this.#persist(() => this.#prepare(url), isOver);
    if (prepared === undefined) return;
    const answer = await this.#persist(() => this.#send(url, prepared), isOver);
    if (answer === undefined) {
      // Unknown to the client: it asks again when the worker is back.
      this.open = prepared;
      return;
    }
    await this.#accept(prepared, answer);
    const again = await this.#persist(() => this.#send(url, prepared), isOver);
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
    this.payer.promised = response.receipt.cumulative;
  }

  async #prepare(url: string): Promise<Prepared> {
    return this.payer.prepare(await this.payer.offer(url), { text: "profit" });
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

describe("worker: kill -9 at any moment", () => {
  let chain: TestChain;
  let line: TestLine;

  before(async () => {
    chain = await sharedChain();
    line = await createLine(chain, { measurementId: measureCode() });
  });

  it("loses no earned voucher and bills nobody twice", async () => {
    const random = seeded(59_64);
    const operator = await createNode(chain);
    // Two or three inferences make a settlement: some kills fall into one.
    const config = workerConfig(chain, line, {
      port: await freePort(),
      settlement: { ...PATIENT, value: 3n * PRICE },
      logLevel: "info",
    });
    const args = serveArguments(config, chain.deploymentFile);
    const clients = await Promise.all(
      Array.from({ length: PAYERS }, async () => new Client(await Payer.open(chain, operator.address, 1_000_000n))),
    );

    let over = false;
    let worker = new WorkerProcess(args, operator.privateKey, config.port);
    const failures: unknown[] = [];
    const loops = clients.map(async (client) => {
      try {
        while (!over) await client.infer(worker.url, () => over);
      } catch (error) {
        failures.push(error);
      }
    });
    const pending = () => {
      const store = readStore(config.data);
      try {
        return store.settlements.pending();
      } finally {
        store.close();
      }
    };
    let pendingAtKill = 0;
    for (let kill = 0; kill < KILLS; kill++) {
      await worker.ready();
      // In turn: at any moment; while a settlement is on its way; while it waits in the pool, to be dropped or mined after.
      const moment = kill % 3;
      if (moment === 2) await chain.provider.send("evm_setAutomine", [false]);
      if (moment === 0) await pause(random() * 800);
      else await until(pending, "a settlement").then(() => pause(random() * 60));
      expect(await worker.end("SIGKILL")).to.equal(null);
      const open = pending();
      if (open !== undefined) pendingAtKill++;
      if (moment === 2) {
        const dropped = random() < 0.5 && (await chain.provider.send("hardhat_dropTransaction", [open?.hashes.at(-1)]));
        if (!dropped) await chain.provider.send("evm_mine", []);
        await chain.provider.send("evm_setAutomine", [true]);
      }
      worker = new WorkerProcess(args, operator.privateKey, config.port);
    }
    await worker.ready();
    await pause(300);
    over = true;
    await Promise.all(loops);
    expect(failures).to.deep.equal([]);
    for (const client of clients) await client.finish(worker.url);

    worker.signal("SIGUSR2");
    const books = () => {
      const store = readStore(config.data);
      try {
        const open = store.settlements.pending() !== undefined;
        return { ...store.debts.totals(), open, settlements: store.settlements.latest(10_000) };
      } finally {
        store.close();
      }
    };
    await until(() => books().unsettled === 0n && !books().open, "everything to settle", 30);
    expect(await worker.end("SIGTERM")).to.equal(0);

    const { completed, settled, writtenOff, metered, settlements } = books();
    let total = 0n;
    for (const { payer, answers, receipts } of clients) {
      const seqs = receipts.map(({ seq }) => seq).sort((a, b) => Number(a - b));
      expect(seqs, "each answer is one metered inference").to.deep.equal(seqs.map((_, i) => BigInt(i + 1)));
      expect(await payer.paid(), "paid is price times answers").to.equal(PRICE * BigInt(answers.size));
      total += await payer.paid();
    }
    expect(completed).to.equal(BigInt(clients.reduce((sum, { answers }) => sum + answers.size, 0)));
    expect({ metered, settled, writtenOff }).to.deep.equal({ metered: total, settled: total, writtenOff: 0n });
    expect(await chain.escrow.getFunction("earned").staticCall(operator.address)).to.equal(total);
    console.log(
      `      ${KILLS} kills, ${completed} inferences, ${clients.reduce((sum, { retries }) => sum + retries, 0)} failed tries, ` +
        `${settlements.length} settlements, ${pendingAtKill} kills with one on its way`,
    );
    expect(total > 0n && settlements.length > 3, "there was something to lose").to.equal(true);
  });
});
