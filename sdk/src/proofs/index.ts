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
export { SCALAR_FIELD } from "./field.js";
export { receiptIdOf } from "./receipt-id.js";
export { type ReceiptTree, receiptTree } from "./receipt-tree.js";
