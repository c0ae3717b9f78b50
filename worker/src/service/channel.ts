import type { Channels } from "../chain/channels.js";
import type { ChannelState } from "../chain/types.js";
import { Refusal } from "../http/refusal.js";
import { MAX_AMOUNT } from "../store/index.js";

/** A channel of this node. Throws the refusals `unknown-channel` and, when the chain has to be asked and is away, `not-ready`. */
export async function requireChannel(channels: Channels, channel: bigint): Promise<ChannelState> {
  requireIndex(channel);
  let state: ChannelState | undefined;
  try {
    state = await channels.get(channel);
  } catch {
    throw new Refusal("not-ready", "the chain does not answer this node: retry later");
  }
  if (state === undefined) throw unknownChannel(channel);
  return state;
}

/** Indices are counted up from 0: none is beyond what a column of the books holds. */
export function requireIndex(channel: bigint): void {
  if (channel > MAX_AMOUNT) throw unknownChannel(channel);
}

function unknownChannel(channel: bigint): Refusal {
  return new Refusal("unknown-channel", `this node has no channel ${channel}, or its opening is not confirmed yet`);
}
