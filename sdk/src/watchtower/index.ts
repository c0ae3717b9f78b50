export { decodeJob, encodeJob, type JobDomain, jobId } from "./codec.js";
export { readLogs } from "./events.js";
export {
  type BatchesJob,
  type ChallengeJob,
  type Job,
  type JobKind,
  type JobRecord,
  type JobStatus,
  type JobStore,
  type JobTransaction,
  memoryJobs,
  newRecord,
  type Outcome,
  pendingOf,
  type ReceiptsJob,
  type SettlementJob,
  type VoucherJob,
  type WithTransactions,
} from "./jobs.js";
export { type Fate, Outbox, type OutboxOptions } from "./outbox.js";
export { batchOffenceId, proofsOf, type ReceiptFacts, type ReceiptProof, receiptOffenceId } from "./proofs.js";
export { type SignedTransaction, type TransactionPlan, TransactionSender } from "./sender.js";
export { type Call, callOf, type Next, type TowerPolicy, type TowerSituation } from "./situation.js";
export { type VoucherSituation, voucherStep } from "./steps/voucher.js";
export { type TowerReport, type TurnResult, Watchtower, type WatchtowerOptions } from "./tower.js";
