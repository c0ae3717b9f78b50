export {
  DELTA_TYPES,
  deltaContext,
  INFERENCE_TYPES,
  type InferenceContext,
  inferenceContext,
  REGISTRATION_TYPES,
  registrationContext,
  SCALAR_FIELD,
  type VersionContext,
} from "./contexts.js";
export { type ReceiptTree, receiptTree } from "./receipt-tree.js";
