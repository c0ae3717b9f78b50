import {
  cheapestLane,
  claimOf,
  type Debt,
  Lane,
  MAX_OPTIMISTIC_AMOUNT,
  type PayingChannel,
  type SettlementPolicy as PlanPolicy,
} from "@freehold/sdk";

/**
 * How a node settles channels that allow lane O. voucher: as all others, by the payer's voucher. optimistic: by the enclave's word, for less gas;
 * its pay vests later, and the node must answer challenges meanwhile.
 */
export const LANES = ["voucher", "optimistic"] as const;
export type LaneChoice = (typeof LANES)[number];

/** When a node settles, and how. */
export interface SettlementPolicy extends PlanPolicy {
  /** Most gas of one settlement. */
  readonly maxGas: bigint;
  /** Seconds after which a transaction that is in no block is sent again with a higher fee. */
  readonly patience: bigint;
  readonly lane: LaneChoice;
}

/**
 * The lane of a row. A challenged channel shows its voucher, which is final; so does one that owes more than a row of lane O can take, for the
 * books take over whole inferences.
 */
export function laneOf(choice: LaneChoice, debt: Debt, channel: PayingChannel | undefined, byVoucher: boolean): Lane {
  const owed = claimOf(debt) - debt.accounted;
  if (choice === "voucher" || byVoucher || owed > MAX_OPTIMISTIC_AMOUNT) return Lane.Voucher;
  return cheapestLane(channel);
}
