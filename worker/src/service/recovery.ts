import type { ChannelRecovery, Hex } from "@freehold/sdk";
import type { Channels } from "../chain/channels.js";
import type { Store } from "../store/index.js";
import { requireChannel, requireIndex } from "./channel.js";

/** What a payer needs to go on after he lost his state. Throws the refusal `unknown-channel`. */
export async function recoveryOf(store: Store, channels: Channels, channel: bigint): Promise<ChannelRecovery> {
  requireIndex(channel);
  const books = await store.books.channel(channel);
  if (books === undefined) {
    const { paid } = await requireChannel(channels, channel);
    return { channel, seq: 0n, metered: paid, voucher: null, receipt: null, signature: null };
  }
  const last = await store.books.receipt(channel, books.seq);
  return {
    channel,
    seq: books.seq,
    metered: books.metered,
    voucher: books.voucher === undefined ? null : { ...books.voucher, signature: books.voucher.signature as Hex },
    receipt: last?.receipt ?? null,
    signature: (last?.signature as Hex | undefined) ?? null,
  };
}
