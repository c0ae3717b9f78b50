export type { ModelWeights, ProvingKey, Shape } from "@freehold/circuits";
export { CIRCUIT_VERSION, circuitIdOf, circuitOf } from "./circuit-ref.js";
export { commitmentsOf, type VersionCommitments } from "./commitments.js";
export {
  DELTA_TYPES,
  deltaContext,
  INFERENCE_TYPES,
  type InferenceContext,
  inferenceContext,
  REGISTRATION_TYPES,
  registrationContext,
  type VersionContext,
} from "./contexts.js";
export { ProofError, type ProofErrorCode } from "./errors.js";
export { SCALAR_FIELD } from "./field.js";
export type { ProvableModel } from "./provable.js";
export { receiptIdOf } from "./receipt-id.js";
export { type ReceiptTree, receiptTree } from "./receipt-tree.js";
