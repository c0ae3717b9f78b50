import { setTimeout as sleep } from "node:timers/promises";
import type { Hex } from "@freehold/sdk";
import { reason } from "../errors.js";
import type { Logger } from "../log.js";
import type { Chain, EscrowEvent } from "./types.js";
import type { ChainView, KeyView } from "./view.js";

/** Blocks after which a gap in the events is not read: everything cached is forgotten instead. */
const MAX_GAP = 5_000;
/** `payableUntil` of an active version, type(uint40).max. */
const ALWAYS = 2n ** 40n - 1n;
/** Longest pause between two attempts, milliseconds. */
const MAX_PAUSE = 30_000;

export interface WatcherOptions {
  readonly lineId: Hex;
  /** Milliseconds between polls. */
  readonly poll: number;
  /** Blocks on top of one before deposits and settlements in it count. */
  readonly confirmations: number;
  /** Milliseconds after which a view is too old to work on. */
  readonly maxViewAge: number;
  /** Receipt keys and versions that the view must speak about. */
  keys(): readonly Hex[];
  versions(): readonly Hex[];
  /** Called with every new view and what happened since the view before; undefined events: unknown. */
  onView(view: ChainView, events: readonly EscrowEvent[] | undefined): void | Promise<void>;
}

/** Follows the newest block. */
export class Watcher {
  readonly #chain: Chain;
  readonly #options: WatcherOptions;
  readonly #log: Logger;
  #view: ChainView | undefined;
  #failures = 0;

  constructor(chain: Chain, options: WatcherOptions, log: Logger) {
    this.#chain = chain;
    this.#options = options;
    this.#log = log;
  }

  /** The newest view, however old. */
  get latest(): ChainView | undefined {
    return this.#view;
  }

  /** The newest view when it is young enough to work on. */
  get fresh(): ChainView | undefined {
    return this.age <= this.#options.maxViewAge ? this.#view : undefined;
  }

  /** Milliseconds since the newest view was read. */
  get age(): number {
    return this.#view === undefined ? Number.POSITIVE_INFINITY : performance.now() - this.#view.readAt;
  }

  /** Polls until the signal aborts. Outages end in longer and longer pauses, not in an error. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        await this.poll();
        if (this.#failures > 0) this.#log.info({ failures: this.#failures }, "the chain answers again");
        this.#failures = 0;
      } catch (error) {
        if (this.#failures++ === 0) this.#log.warn({ reason: reason(error) }, "the chain does not answer");
      }
      const pause = Math.min(
        this.#options.poll * 2 ** Math.min(this.#failures, 16),
        Math.max(MAX_PAUSE, this.#options.poll),
      );
      await sleep(pause, undefined, { signal }).catch(() => undefined);
    }
  }

  /** Reads one view. Throws what the RPC endpoint answers. */
  async poll(): Promise<ChainView> {
    const before = this.#view;
    const view = await this.#read();
    const events = await this.#events(before, view);
    this.#view = view;
    await this.#options.onView(view, events);
    return view;
  }

  async #read(): Promise<ChainView> {
    const { lineId, confirmations } = this.#options;
    const readAt = performance.now();
    const head = await this.#chain.head();
    const at = head.number;
    const known = this.#options.versions();
    const notice = await this.#chain.proofNotice();
    const [line, until, keys, policy, next] = await Promise.all([
      this.#chain.line(lineId, at),
      Promise.all(known.map(async (hash) => [hash, await this.#chain.payableUntil(lineId, hash, at)] as const)),
      Promise.all(this.#options.keys().map((key) => this.#key(key, head.timestamp, at))),
      this.#chain.proofPolicy(head.timestamp, at),
      this.#chain.proofPolicy(head.timestamp + notice, at),
    ]);
    return {
      head,
      finalBlock: Math.max(0, at - confirmations),
      modelId: line.modelId,
      active: { version: line.active, hash: line.activeHash },
      payableUntil: new Map([...until, [line.activeHash, ALWAYS]]),
      proofPolicy: { now: policy, next: next?.since === policy?.since ? undefined : next },
      keys: new Map(keys.filter((entry) => entry !== undefined)),
      readAt,
    };
  }

  async #key(receiptKey: Hex, now: bigint, at: number): Promise<readonly [Hex, KeyView] | undefined> {
    const [enclave, payable] = await Promise.all([
      this.#chain.enclave(receiptKey, at),
      this.#chain.isPayable(receiptKey, this.#options.lineId, now, at),
    ]);
    return enclave && [receiptKey, { ...enclave, payable }];
  }

  /** Reads `confirmations` blocks again each time: an event counts anew when its block becomes final. */
  async #events(before: ChainView | undefined, view: ChainView): Promise<EscrowEvent[] | undefined> {
    if (before === undefined) return undefined;
    if (before.head.hash === view.head.hash) return [];
    const from = Math.max(0, Math.min(before.head.number + 1, view.head.number) - this.#options.confirmations);
    if (view.head.number - from > MAX_GAP) return undefined;
    return this.#chain.escrowEvents(from, view.head.number);
  }
}
