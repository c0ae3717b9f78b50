import { call } from "../actions/read.js";
import type { Context } from "../context.js";
import { decoded } from "../errors/decode.js";
import { ContractRevertError } from "../errors/revert.js";
import { sameHex } from "../hex.js";
import { withTimeout } from "../timeout.js";
import type { Channel, ChannelId } from "../types.js";
import { InferenceError } from "./errors.js";

/** A channel as a payer looks at it. */
export interface ChannelView {
  onChain: Channel;
  /** Units deposited and confirmed. */
  deposited: bigint;
}

/** A channel now, and what was deposited in it `confirmations` blocks ago (1: in the newest block). */
export async function channelView(ctx: Context, id: ChannelId, confirmations: number): Promise<ChannelView> {
  const onChain = await channelOf(ctx, id);
  if (confirmations <= 1) return { onChain, deposited: onChain.deposited };
  const head = await decoded("provider", async () => {
    const provider = await ctx.ready();
    return withTimeout(provider.getBlockNumber(), ctx.timeoutMs, "reading the newest block");
  });
  const then = await depositedAt(ctx, id, head - (confirmations - 1));
  return { onChain, deposited: then < onChain.deposited ? then : onChain.deposited };
}

/** A channel as it stands. */
export async function channelOf(
  ctx: Context,
  { node, lineId, channel }: ChannelId,
  options: { blockTag?: number } = {},
): Promise<Channel> {
  return (await call(ctx, "InferenceEscrow", "channelOf", [node, lineId, channel], options)) as unknown as Channel;
}

async function depositedAt(ctx: Context, id: ChannelId, blockTag: number): Promise<bigint> {
  if (blockTag < 0) return 0n;
  try {
    return (await channelOf(ctx, id, { blockTag })).deposited;
  } catch (error) {
    // Not open yet at that block.
    if (error instanceof ContractRevertError && error.errorName === "InferenceEscrow_UnknownChannel") return 0n;
    throw error;
  }
}

/** What a payer asks of a channel. */
export interface Terms {
  /** Whose key signs the session's vouchers. */
  signer: string;
  /** Seconds. */
  minCloseDelay: bigint;
}

/** Refuses a channel whose vouchers would be worth nothing, or whose terms are not the payer's. */
export function checkChannel({ onChain }: ChannelView, { channel }: ChannelId, terms: Terms): void {
  if (!sameHex(onChain.signer, terms.signer)) {
    throw new InferenceError("CHANNEL_NOT_YOURS", `vouchers of channel ${channel} are signed by ${onChain.signer}`, {
      details: { channel: channel.toString(), signer: onChain.signer, account: terms.signer },
      hint: "Pass the channel's own signer, or open a channel of this one.",
    });
  }
  if (onChain.closed || onChain.closeAt !== 0n) {
    throw new InferenceError("CHANNEL_CLOSING", `channel ${channel} closes, or is closed`, {
      details: { channel: channel.toString(), closeAt: onChain.closeAt.toString() },
      hint: "Open another channel: escrow.open, or leave `channel` out.",
    });
  }
  if (onChain.closeDelay < terms.minCloseDelay) {
    throw closeDelayTooShort(onChain.closeDelay, terms.minCloseDelay);
  }
}

/** The error for a close delay under the payer's own minimum, or the escrow's; seconds. */
export function closeDelayTooShort(closeDelay: bigint, minimum: bigint): InferenceError {
  return new InferenceError(
    "CLOSE_DELAY_TOO_SHORT",
    `a close delay of ${closeDelay} s is under the minimum, ${minimum} s`,
    {
      details: { closeDelay: closeDelay.toString(), minimum: minimum.toString() },
      hint: "Choose a longer closeDelay, or lower minCloseDelay.",
    },
  );
}

/** The error for a voucher that the deposit does not cover; all in units. */
export function tooLittle(channel: bigint, { onChain, deposited }: ChannelView, required: bigint): InferenceError {
  const details = { channel: channel.toString(), deposited: deposited.toString(), required: required.toString() };
  if (required <= onChain.deposited) {
    return new InferenceError(
      "CHANNEL_UNCONFIRMED",
      `channel ${channel} has ${deposited} confirmed units, ${required} are needed`,
      { details, hint: "Wait for more confirmations, or lower `confirmations`." },
    );
  }
  return new InferenceError(
    "INSUFFICIENT_DEPOSIT",
    `channel ${channel} holds ${deposited} units, ${required} are needed`,
    { details, hint: "Top the channel up: escrow.topUp, or pass `deposit`." },
  );
}
