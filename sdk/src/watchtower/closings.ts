import type { Freehold } from "../client.js";
import type { ChannelId } from "../types.js";
import { channelKeyOf } from "./situation.js";
import { knownChannel } from "./steps/common.js";

/** Channels that are read from the chain at once. */
const PAGE = 64;

/** When channels close, in memory once they were read: an event says when one has to be read again. */
export class Closings {
  readonly #freehold: Freehold;
  readonly #closeAt = new Map<string, bigint>();

  constructor(freehold: Freehold) {
    this.#freehold = freehold;
  }

  /** The earliest `closeAt` (Unix seconds) that lies at or after `now`; undefined when none of these channels closes. */
  async earliest(ids: readonly ChannelId[], now: bigint): Promise<bigint | undefined> {
    let earliest: bigint | undefined;
    for (let start = 0; start < ids.length; start += PAGE) {
      for (const closeAt of await Promise.all(ids.slice(start, start + PAGE).map((id) => this.#read(id)))) {
        if (closeAt >= now && (earliest === undefined || closeAt < earliest)) earliest = closeAt;
      }
    }
    return earliest;
  }

  /** A close was requested, or the channel ended. */
  forget(id: ChannelId): void {
    this.#closeAt.delete(channelKeyOf(id));
  }

  forgetAll(): void {
    this.#closeAt.clear();
  }

  /** 0: open, closed for good, or not there yet, which is not remembered. */
  async #read(id: ChannelId): Promise<bigint> {
    const key = channelKeyOf(id);
    const known = this.#closeAt.get(key);
    if (known !== undefined) return known;
    const channel = await knownChannel(this.#freehold, id);
    if (channel === undefined) return 0n;
    const value = channel.closed ? 0n : channel.closeAt;
    this.#closeAt.set(key, value);
    return value;
  }
}
