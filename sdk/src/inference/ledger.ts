import { FreeholdError } from "../errors/base.js";
import { type ChannelStore, type Stored, StoreError, type StoreState } from "./store.js";

/** Makes the next state and a result of the newest state. Pure: it may be called again on a newer one. Throws to refuse. */
export type Change<S extends StoreState, R> = (state: S | undefined) => readonly [next: S | undefined, result: R];

interface Queued<S extends StoreState> {
  apply: (state: S | undefined) => { next: S | undefined; settle: () => void; refused: boolean };
  fail: (reason: unknown) => void;
}

const MOST_TRIES = 500;
const LONGEST_PAUSE_MS = 20;

/**
 * Changes one key of a store by compare-and-swap, against any number of processes. Changes that come while a swap is under way
 * go together into the next one: sixty-four requests at once cost a few writes.
 */
export class Ledger<S extends StoreState> {
  readonly #store: ChannelStore;
  readonly #key: string;
  readonly #kind: S["kind"];
  #queue: Queued<S>[] = [];
  #isRunning = false;
  /** What this ledger wrote last: probably still the newest. */
  #last: Stored | undefined;

  constructor(store: ChannelStore, key: string, kind: S["kind"]) {
    this.#store = store;
    this.#key = key;
    this.#kind = kind;
  }

  /** The newest state. */
  async read(): Promise<S | undefined> {
    return this.#typed(await this.#guarded(() => this.#store.get(this.#key)));
  }

  /** Resolves when the change is durable; when it changes nothing, once that is known of the newest state. */
  update<R>(change: Change<S, R>): Promise<R> {
    return new Promise<R>((resolve, reject) => {
      this.#queue.push({ fail: reject, apply: (state) => attempt(change, state, resolve, reject) });
      if (!this.#isRunning) void this.#run();
    });
  }

  async #run(): Promise<void> {
    this.#isRunning = true;
    while (this.#queue.length > 0) {
      const batch = this.#queue;
      this.#queue = [];
      try {
        await this.#commit(batch);
      } catch (error) {
        for (const { fail } of batch) fail(error);
      }
    }
    this.#isRunning = false;
  }

  async #commit(batch: Queued<S>[]): Promise<void> {
    for (let tries = 1; tries <= MOST_TRIES; tries++) {
      const isGuess = this.#last !== undefined;
      const stored = this.#last ?? (await this.#guarded(() => this.#store.get(this.#key)));
      this.#last = undefined;
      const before = this.#typed(stored);
      let state = before;
      const applied = batch.map(({ apply }) => {
        const outcome = apply(state);
        state = outcome.next;
        return outcome;
      });
      const isChanged = state !== before && state !== undefined;
      // A refusal counts on the newest state only, and so does a change that changes nothing.
      if (isGuess && (!isChanged || applied.some(({ refused }) => refused))) continue;
      if (isChanged) {
        const swapped = await this.#guarded(() => this.#store.compareAndSwap(this.#key, stored?.revision, state as S));
        if (swapped === undefined) {
          if (tries > 1)
            await new Promise((resolve) => setTimeout(resolve, Math.random() * Math.min(tries, LONGEST_PAUSE_MS)));
          continue;
        }
        this.#last = swapped;
      }
      for (const { settle } of applied) settle();
      return;
    }
    throw new StoreError("STORE_BUSY", `${this.#key} was changed by others ${MOST_TRIES} times in a row`, {
      details: { key: this.#key },
      hint: "Try again, or let fewer processes share the channel.",
    });
  }

  #typed(stored: Stored | undefined): S | undefined {
    if (stored === undefined) return undefined;
    if (stored.state.kind === this.#kind) return stored.state as S;
    throw new StoreError("STORE_CORRUPT", `${this.#key} holds a ${stored.state.kind}, not a ${this.#kind}`, {
      details: { key: this.#key },
    });
  }

  async #guarded<T>(ask: () => Promise<T>): Promise<T> {
    try {
      return await ask();
    } catch (cause) {
      if (cause instanceof FreeholdError) throw cause;
      throw new StoreError("STORE_FAILED", `the store failed at ${this.#key}: ${String(cause)}`, {
        details: { key: this.#key },
        cause,
      });
    }
  }
}

function attempt<S extends StoreState, R>(
  change: Change<S, R>,
  state: S | undefined,
  resolve: (result: R) => void,
  reject: (reason: unknown) => void,
) {
  try {
    const [next, result] = change(state);
    return { next, settle: () => resolve(result), refused: next === state };
  } catch (error) {
    return { next: state, settle: () => reject(error), refused: true };
  }
}

const ledgers = new WeakMap<ChannelStore, Map<string, unknown>>();

/** The one ledger of this process for a key of a store: its users share swaps. */
export function ledgerOf<S extends StoreState>(store: ChannelStore, key: string, kind: S["kind"]): Ledger<S> {
  const known = ledgers.get(store) ?? new Map<string, unknown>();
  ledgers.set(store, known);
  const ledger = (known.get(key) as Ledger<S> | undefined) ?? new Ledger<S>(store, key, kind);
  known.set(key, ledger);
  return ledger;
}
