export {
  type CloseAsk,
  type CloseWord,
  decodeCloseAsk,
  decodeCloseWord,
  encodeCloseAsk,
  encodeCloseWord,
} from "./close.js";
export { WireError } from "./error.js";
export {
  decodeExactReceipt,
  decodeExactResponse,
  decodeX402Request,
  type ExactResponse,
  encodeExactReceipt,
  encodeExactResponse,
  encodeX402Request,
  X402_ROUTE,
  type X402Request,
} from "./exact.js";
export { decodeOffer, encodeOffer, offerStruct, type SignedOffer } from "./offer.js";
export type { Opening } from "./opening.js";
export {
  type Classification,
  decodeAnswer,
  decodeInput,
  decodeOutput,
  encodeInput,
  encodeOutput,
  type InferenceInput,
  type Tensor,
} from "./plaintext.js";
export { decodeProblem, PROBLEM_STATUS, type Problem, type ProblemCode, problem } from "./problem.js";
export { decodeReceipt, encodeReceipt } from "./receipt.js";
export { type ChannelRecovery, decodeRecovery, encodeRecovery } from "./recovery.js";
export {
  decodeIdempotencyKey,
  decodeRequest,
  encodeRequest,
  IDEMPOTENCY_HEADER,
  type InferenceRequest,
  newIdempotencyKey,
} from "./request.js";
export { decodeResponse, encodeResponse, type InferenceResponse } from "./response.js";
export { decodeVoucher, encodeVoucher, type VoucherPart } from "./voucher.js";
