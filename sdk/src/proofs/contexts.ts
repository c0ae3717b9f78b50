import { structHash } from "../eip712/receipt-set.js";
import { field, type TypedFields } from "../eip712/types.js";
import type { Hex } from "../hex.js";
import { SCALAR_FIELD } from "./field.js";

/** What a proof about a version is for. */
export interface VersionContext {
  chainId: bigint;
  /** VersionProofs. */
  proofs: string;
  modelId: bigint;
  lineId: Hex;
  versionHash: Hex;
}

/** What an inference's proof is for. */
export interface InferenceContext {
  chainId: bigint;
  /** InferenceArbiter. */
  arbiter: string;
  modelId: bigint;
  lineId: Hex;
  versionHash: Hex;
  /** For whose domain the receipt was signed. */
  escrow: string;
  /** `hashReceiptStruct` of it. */
  receiptHash: Hex;
  /** Who challenged; the zero address for an audit. */
  requester: string;
  /** Unix seconds, the last at which the proof counts. */
  deadline: bigint;
}

const VERSION_FIELDS = [
  field("uint256", "chainId"),
  field("address", "proofs"),
  field("uint256", "modelId"),
  field("bytes32", "lineId"),
  field("bytes32", "versionHash"),
] as const;

export const REGISTRATION_TYPES = { Registration: VERSION_FIELDS } as const satisfies TypedFields;
export const DELTA_TYPES = { Delta: VERSION_FIELDS } as const satisfies TypedFields;
export const INFERENCE_TYPES = {
  Inference: [
    field("uint256", "chainId"),
    field("address", "arbiter"),
    field("uint256", "modelId"),
    field("bytes32", "lineId"),
    field("bytes32", "versionHash"),
    field("address", "escrow"),
    field("bytes32", "receiptHash"),
    field("address", "requester"),
    field("uint40", "deadline"),
  ],
} as const satisfies TypedFields;

/** Public input that binds a registration proof; equal to `VersionProofs.registrationContext`. */
export const registrationContext = (context: VersionContext): bigint => reduced(REGISTRATION_TYPES, context);
/** The same for the proof of a delta. */
export const deltaContext = (context: VersionContext): bigint => reduced(DELTA_TYPES, context);
/** The same for an inference's proof; equal to `InferenceArbiter.inferenceContextOf`. */
export const inferenceContext = (context: InferenceContext): bigint => reduced(INFERENCE_TYPES, context);

function reduced(types: TypedFields, value: object): bigint {
  return BigInt(structHash(types, value)) % SCALAR_FIELD;
}
