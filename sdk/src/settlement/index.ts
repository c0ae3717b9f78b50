export type { SettleParameters } from "../actions/escrow/settle.js";
export { MAX_TRANSACTION_GAS, SETTLEMENT_GAS, settlementGas } from "./gas.js";
export { cheapestLane, MAX_OPTIMISTIC_AMOUNT, optimisticPay, type PayingChannel, voucherPay } from "./pay.js";
export {
  claimOf,
  type Debt,
  type LeftCause,
  type PlannedBatch,
  type PlannedRow,
  packPlanned,
  planSettlement,
  type SettlementCause,
  type SettlementPlan,
  type SettlementPolicy,
  type SettlementSituation,
} from "./plan.js";
export * from "./rows.js";
export {
  createSettler,
  type SettlementPreview,
  type Settler,
  type SettlerOptions,
  type SignedNonces,
  type SignedSettlement,
} from "./settler.js";
