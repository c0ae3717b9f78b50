import type { EscrowEvent } from "../chain/types.js";
import type { ChainView } from "../chain/view.js";
import type { Answerer } from "../challenges/answerer.js";
import { reason } from "../errors.js";
import type { Logger } from "../log.js";
import type { ProofAnswerer } from "../proofs/answerer.js";
import type { Collector } from "./collector.js";
import type { Follower } from "./follower.js";
import type { Settler } from "./settler.js";

export interface SettlementParts {
  /** Takes or keeps the part of the replica that settles. */
  lead(): Promise<boolean>;
  readonly follower: Follower;
  readonly answerer: Answerer;
  readonly proofs: ProofAnswerer;
  readonly settler: Settler;
  readonly collector: Collector | undefined;
  readonly log: Logger;
}

/**
 * Runs settlement and answers beside serving, on one replica of the node: one turn at a time, with all events since the turn before. A
 * replica that takes over knows of no events: it looks at all channels that owe.
 */
export class Settlement {
  readonly #parts: SettlementParts;
  #events: EscrowEvent[] | undefined = [];
  #turn: Promise<void> | undefined;
  #stopped = false;
  #leads = false;

  constructor(parts: SettlementParts) {
    this.#parts = parts;
  }

  /** Starts a turn unless one runs. */
  onView(view: ChainView, events: readonly EscrowEvent[] | undefined): void {
    this.#events = events === undefined || this.#events === undefined ? undefined : [...this.#events, ...events];
    if (this.#stopped || this.#turn !== undefined) return;
    this.#turn = this.#run(view)
      .catch((error) => this.#parts.log.warn({ reason: reason(error) }, "settlement is put off"))
      .finally(() => {
        this.#turn = undefined;
      });
  }

  /** Settles everything as soon as possible. */
  settleAll(): void {
    this.#parts.settler.settleAll();
  }

  /** Ends after the turn that runs: what it recorded is sent, or is sent after the next start. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#turn;
  }

  async #run(view: ChainView): Promise<void> {
    const { lead, follower, answerer, proofs, settler, collector, log } = this.#parts;
    const leads = await lead();
    if (leads !== this.#leads) log.info(leads ? "this replica settles" : "another replica settles");
    this.#leads = leads;
    if (!leads) {
      this.#events = undefined;
      answerer.forget();
      proofs.forget();
      return;
    }
    // What is written down goes first: its nonce is the next one.
    const earned = await follower.follow(view);
    await answerer.turn(view).catch((error) => log.warn({ reason: reason(error) }, "answers are put off"));
    await proofs.turn(view).catch((error) => log.warn({ reason: reason(error) }, "proofs are put off"));
    const events = this.#events;
    this.#events = [];
    try {
      await follower.observe(view, events);
    } catch (error) {
      this.#events = undefined;
      throw error;
    }
    if (!this.#stopped) await settler.settle(view);
    if (!this.#stopped) await collector?.collect(earned);
  }
}
