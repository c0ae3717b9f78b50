export { decodeJob, encodeJob, type JobDomain, jobId } from "./codec.js";
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
  type ReceiptsJob,
  type SettlementJob,
  type VoucherJob,
} from "./jobs.js";
export { batchOffenceId, proofsOf, type ReceiptFacts, type ReceiptProof, receiptOffenceId } from "./proofs.js";
export type { TowerPolicy } from "./situation.js";
export { type TowerReport, type TurnResult, Watchtower, type WatchtowerOptions } from "./tower.js";
