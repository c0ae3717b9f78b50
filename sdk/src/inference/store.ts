import { FreeholdError, type FreeholdErrorOptions } from "../errors/base.js";
import type { BudgetState, ChannelState } from "./state.js";

/** Names one state of a key; a store chooses it, and never gives it to another state of the same key. */
export type Revision = string;

export type StoreState = ChannelState | BudgetState;

/** A state as it was read or written. */
export interface Stored<S extends StoreState = StoreState> {
  readonly revision: Revision;
  readonly state: S;
}

/**
 * Where payments are remembered. Processes that use one channel share one store.
 * What `compareAndSwap` resolved to must survive a crash, as far as the store promises that at all.
 */
export interface ChannelStore {
  /** The newest state; undefined when there is none. */
  get(key: string): Promise<Stored | undefined>;
  /**
   * Writes `next` if the newest revision is still `expected` (undefined: if there is no state yet). Of several swaps from one
   * revision exactly one succeeds, whichever process it comes from.
   * @returns what was written; undefined when the newest revision is another one: nothing was written
   */
  compareAndSwap(key: string, expected: Revision | undefined, next: StoreState): Promise<Stored | undefined>;
}

/** Thrown when a store cannot be read or written. */
export class StoreError extends FreeholdError {
  declare readonly code:
    | "STORE_CORRUPT"
    /** Others were faster again and again. */
    | "STORE_BUSY"
    /** The store itself failed: see `cause`. */
    | "STORE_FAILED";

  constructor(code: StoreError["code"], message: string, options?: FreeholdErrorOptions) {
    super(code, message, options);
  }
}

/** The error for a place that holds no state of `key`. */
export function corrupt(place: string, key: string, cause: unknown): StoreError {
  return new StoreError("STORE_CORRUPT", `${place} does not hold the state of ${key}`, {
    details: { place, key },
    hint: "Delete it: a channel is then recovered from vouchers, receipts and the chain; a budget starts anew.",
    cause,
  });
}

/** Remembers until the process ends. What it forgets of channels is recovered from vouchers, receipts and the chain. */
export function memoryStore(): ChannelStore {
  const states = new Map<string, Stored>();
  let revision = 0;
  return {
    get: async (key) => states.get(key),
    async compareAndSwap(key, expected, state) {
      if (states.get(key)?.revision !== expected) return undefined;
      const stored = { revision: `${++revision}`, state };
      states.set(key, stored);
      return stored;
    },
  };
}

/** Key of a channel in a store. */
export function channelKey(c: {
  chainId: bigint;
  escrow: string;
  node: string;
  lineId: string;
  channel: bigint;
}): string {
  return ["channel", c.chainId, c.escrow, c.node, c.lineId, c.channel].join(":").toLowerCase();
}

/** Key of what an account may deposit automatically for one line. */
export function budgetKey(b: { chainId: bigint; escrow: string; account: string; lineId: string }): string {
  return ["budget", b.chainId, b.escrow, b.account, b.lineId].join(":").toLowerCase();
}
