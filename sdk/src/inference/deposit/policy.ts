import { ConfigurationError } from "../../errors/config.js";
import type { Hex } from "../../hex.js";

/** A deposit that a session wants to make; amounts in units. */
export interface DepositProposal {
  reason: "open" | "top-up";
  node: Hex;
  lineId: Hex;
  /** The channel to top up; undefined for one to be opened. */
  channel: bigint | undefined;
  /** What would be deposited. */
  amount: bigint;
  /** The least that the next inference needs; 0 when it can wait. */
  needed: bigint;
  /** All that was ever deposited under this budget. */
  spent: bigint;
  budget: bigint;
}

/** When, and how much, a session deposits by itself; amounts in units. */
export interface DepositPolicy {
  /**
   * The most that is ever deposited by this account for the line, whatever node, process or restart, as far as they share the
   * store.
   */
  budget: bigint;
  /** Headroom that a deposit restores. */
  target: bigint;
  /** Headroom under which it is restored, in the background. */
  low: bigint;
  /** May lower a deposit; 0 refuses it. */
  strategy?: (proposal: DepositProposal) => bigint | Promise<bigint>;
  /**
   * How the escrow gets the money: by EIP-2612 permit in the same transaction, or by an approval before. Default: a permit,
   * and an approval where the token or the signer knows none.
   */
  via?: "permit" | "approve";
}

/** The channel that is opened when none is given. */
export interface OpenChannelOptions {
  /** Seconds from a close request to the end of all pay; default one day. */
  closeDelay?: bigint;
  /** Whether lane O may debit it; default: no. */
  optimistic?: boolean;
}

/** Throws `INVALID_ARGUMENT` for a policy that cannot be kept. */
export function checkPolicy({ budget, target, low }: DepositPolicy): void {
  if (low >= 0n && low <= target && target > 0n && target <= budget) return;
  throw new ConfigurationError(
    "INVALID_ARGUMENT",
    `a deposit policy has 0 <= low <= target <= budget and a target above 0, got ${low}, ${target}, ${budget}`,
  );
}
