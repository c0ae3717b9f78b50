import type { SettlementPolicy as PlanPolicy } from "@freehold/sdk";

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
