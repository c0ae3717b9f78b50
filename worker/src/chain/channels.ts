import { setTimeout as sleep } from "node:timers/promises";
import type { Chain, ChannelState, EscrowEvent } from "./types.js";
import type { ChainView } from "./view.js";

/** Channels kept in memory; the least recently read one goes first. */
const MAX_CACHED = 100_000;
/** Milliseconds between two looks for channels that are newer than any known one. */
const COUNT_PAUSE = 100;

/** The node's channels, in memory once they were asked for, and kept up to date by events. */
export class Channels {
  readonly #chain: Chain;
  readonly #confirmations: number;
  readonly #cached = new Map<bigint, ChannelState>();
  readonly #loading = new Map<bigint, Promise<ChannelState | undefined>>();
  #count = 0n;
  #counting: Promise<void> | undefined;
  #countedAt = Number.NEGATIVE_INFINITY;

  /** @param confirmations blocks on top of a deposit before it counts; a close counts at once */
  constructor(chain: Chain, confirmations: number) {
    this.#chain = chain;
    this.#confirmations = confirmations;
  }

  /** Undefined when the node has no such channel, or its opening is not confirmed. No call when it is cached. */
  async get(channel: bigint): Promise<ChannelState | undefined> {
    const cached = this.#cached.get(channel);
    if (cached !== undefined) {
      this.#cached.delete(channel);
      this.#cached.set(channel, cached);
      return cached;
    }
    if (channel >= this.#count) await this.#refreshCount();
    return channel < this.#count ? this.#load(channel) : undefined;
  }

  /** Reads again what events touched, and forgets it when that fails; forgets everything when the events are unknown. */
  async update(events: readonly EscrowEvent[] | undefined): Promise<void> {
    if (events === undefined) {
      this.#cached.clear();
      return;
    }
    const touched = new Set(events.flatMap((event) => (event.kind === "channel" ? [event.channel] : [])));
    const stale = [...touched].filter((channel) => this.#cached.delete(channel));
    await Promise.all(stale.map((channel) => this.#load(channel)));
  }

  #load(channel: bigint): Promise<ChannelState | undefined> {
    let loading = this.#loading.get(channel);
    if (loading === undefined) {
      loading = this.#read(channel).finally(() => this.#loading.delete(channel));
      this.#loading.set(channel, loading);
    }
    return loading;
  }

  async #read(channel: bigint): Promise<ChannelState | undefined> {
    const state = this.#confirmations === 0 ? await this.#chain.channel(channel) : await this.#readConfirmed(channel);
    if (state === undefined) return undefined;
    this.#cached.set(channel, state);
    const [oldest] = this.#cached.keys();
    if (this.#cached.size > MAX_CACHED && oldest !== undefined) this.#cached.delete(oldest);
    return state;
  }

  async #readConfirmed(channel: bigint): Promise<ChannelState | undefined> {
    const { number } = await this.#chain.head();
    const [final, newest] = await Promise.all([
      this.#chain.channel(channel, Math.max(0, number - this.#confirmations)),
      this.#chain.channel(channel, number),
    ]);
    return final && newest && { ...final, closeAt: newest.closeAt, closed: newest.closed };
  }

  /** Reads the count for all who ask meanwhile, so that questions for channels that do not exist cost few calls. */
  #refreshCount(): Promise<void> {
    this.#counting ??= this.#readCount().finally(() => {
      this.#counting = undefined;
    });
    return this.#counting;
  }

  async #readCount(): Promise<void> {
    await sleep(Math.max(0, this.#countedAt + COUNT_PAUSE - performance.now()));
    this.#count = await this.#chain.channelCount();
    this.#countedAt = performance.now();
  }
}

/** Whether the escrow pays nothing more on a channel at the view's time. */
export function isOver(state: ChannelState, view: ChainView): boolean {
  return state.closed || (state.closeAt !== 0n && view.head.timestamp > state.closeAt);
}
