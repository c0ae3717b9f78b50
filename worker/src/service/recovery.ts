import type { ChannelRecovery, Hex } from "@freehold/sdk";
import type { Channels } from "../chain/channels.js";
import { MAX_AMOUNT, type Store } from "../store/index.js";
import { unknownChannel } from "./inference.js";

/** What a payer needs to go on after he lost his state. Throws the refusal `unknown-channel`. */
export async function recoveryOf(store: Store, channels: Channels, channel: bigint): Promise<ChannelRecovery> {
  if (channel > MAX_AMOUNT) throw unknownChannel(channel);
  const books = store.books.channel(channel);
  if (books === undefined) {
    const state = await channels.get(channel);
    if (state === undefined) throw unknownChannel(channel);
    return { channel, seq: 0n, metered: state.paid, voucher: null, receipt: null, signature: null };
  }
  const last = store.books.lastReceipt(channel);
  return {
    channel,
    seq: books.seq,
    metered: books.metered,
    voucher: { cumulative: books.voucher.cumulative, signature: books.voucher.signature as Hex },
    receipt: last?.receipt ?? null,
    signature: (last?.signature as Hex | undefined) ?? null,
  };
}
