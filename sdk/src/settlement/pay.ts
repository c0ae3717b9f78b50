import { min } from "../bigint.js";
import type { Channel } from "../types.js";
import { Lane } from "./rows.js";

/** What of a channel decides what a row pays. */
export type PayingChannel = Pick<Channel, "deposited" | "paid" | "closeAt" | "optimistic" | "closed">;

/** What lane O can take from a channel in one row, units. */
export const MAX_OPTIMISTIC_AMOUNT = 2n ** 32n - 1n;

/**
 * Units that a row of lane V pays at `time` (Unix seconds), given that its voucher is the signer's: the contract's rule
 * min(signed, metered, deposited) - paid, nothing after `closeAt`.
 */
export function voucherPay(channel: PayingChannel, signed: bigint, metered: bigint, time: bigint): bigint {
  if (channel.closed || (channel.closeAt !== 0n && time > channel.closeAt)) return 0n;
  const most = min(channel.deposited, min(signed, metered));
  return most > channel.paid ? most - channel.paid : 0n;
}

/** Units that a row of lane O pays: `amount` or the rest; nothing from a channel that does not allow it, closes or is closed. */
export function optimisticPay(channel: PayingChannel, amount: bigint): bigint {
  if (!channel.optimistic || channel.closed || channel.closeAt !== 0n) return 0n;
  return min(amount, channel.deposited - channel.paid);
}

/** The lane that pays a channel for the least gas. */
export function cheapestLane(channel: PayingChannel | undefined): Lane {
  return channel?.optimistic && channel.closeAt === 0n ? Lane.Optimistic : Lane.Voucher;
}
