import type { EscrowEvent } from "../chain/types.js";
import type { ChainView } from "../chain/view.js";
import { reason } from "../errors.js";
import type { Logger } from "../log.js";
import type { Collector } from "./collector.js";
import type { Follower } from "./follower.js";
import type { Settler } from "./settler.js";

/**
 * Runs settlement beside serving, on one replica of the node: one turn at a time, with all events since the turn before. A
 * replica that takes over knows of no events: it looks at all channels that owe.
 */
export class Settlement {
  readonly #lead: () => Promise<boolean>;
  readonly #follower: Follower;
  readonly #settler: Settler;
  readonly #collector: Collector | undefined;
  readonly #log: Logger;
  #events: EscrowEvent[] | undefined = [];
  #turn: Promise<void> | undefined;
  #stopped = false;
  #leads = false;

  /** @param lead takes or keeps the part of the replica that settles */
  constructor(
    lead: () => Promise<boolean>,
    follower: Follower,
    settler: Settler,
    collector: Collector | undefined,
    log: Logger,
  ) {
    this.#lead = lead;
    this.#follower = follower;
    this.#settler = settler;
    this.#collector = collector;
    this.#log = log;
  }

  /** Starts a turn unless one runs. */
  onView(view: ChainView, events: readonly EscrowEvent[] | undefined): void {
    this.#events = events === undefined || this.#events === undefined ? undefined : [...this.#events, ...events];
    if (this.#stopped || this.#turn !== undefined) return;
    this.#turn = this.#run(view)
      .catch((error) => this.#log.warn({ reason: reason(error) }, "settlement is put off"))
      .finally(() => {
        this.#turn = undefined;
      });
  }

  /** Settles everything as soon as possible. */
  settleAll(): void {
    this.#settler.settleAll();
  }

  /** Ends after the turn that runs: what it recorded is sent, or is sent after the next start. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#turn;
  }

  async #run(view: ChainView): Promise<void> {
    const leads = await this.#lead();
    if (leads !== this.#leads) this.#log.info(leads ? "this replica settles" : "another replica settles");
    this.#leads = leads;
    if (!leads) {
      this.#events = undefined;
      return;
    }
    const earned = await this.#follower.follow(view);
    const events = this.#events;
    this.#events = [];
    try {
      await this.#follower.observe(view, events);
    } catch (error) {
      this.#events = undefined;
      throw error;
    }
    if (!this.#stopped) await this.#settler.settle(view);
    if (!this.#stopped) await this.#collector?.collect(earned);
  }
}
