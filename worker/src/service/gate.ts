import { Refusal } from "../http/refusal.js";

/** Requests that wait or run at once, in all and on one channel. */
export interface GateLimits {
  readonly total: number;
  readonly perChannel: number;
}

/** Lets requests of one channel through one after the other, and refuses those that would wait too long. */
export class Gate {
  readonly #limits: GateLimits;
  readonly #tails = new Map<bigint, { waiting: number; tail: Promise<unknown> }>();
  #total = 0;

  constructor(limits: GateLimits) {
    this.#limits = limits;
  }

  /** Requests that wait or run. */
  get size(): number {
    return this.#total;
  }

  /** Runs `work` when those before it on its channel are done. Throws the refusal `busy`. */
  async run<T>(channel: bigint, work: () => Promise<T>): Promise<T> {
    const line = this.#tails.get(channel) ?? { waiting: 0, tail: Promise.resolve() };
    if (this.#total >= this.#limits.total || line.waiting >= this.#limits.perChannel) {
      throw new Refusal("busy", `${this.#total} requests wait, ${line.waiting} of them on this channel: retry later`);
    }
    this.#total++;
    line.waiting++;
    this.#tails.set(channel, line);
    const result = line.tail.then(work);
    line.tail = result.catch(() => undefined);
    try {
      return await result;
    } finally {
      this.#total--;
      line.waiting--;
      if (line.waiting === 0) this.#tails.delete(channel);
    }
  }
}
