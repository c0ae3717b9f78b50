import { FreeholdError, type FreeholdErrorOptions } from "../errors/base.js";

/** What can be wrong with weights, their chunks or a delta. */
export type WeightsErrorCode =
  // Hashing and chunks
  | "WEIGHTS_EMPTY"
  | "WEIGHTS_BAD_SOURCE"
  | "WEIGHTS_BAD_ARGUMENT"
  | "WEIGHTS_BAD_MANIFEST"
  | "WEIGHTS_CHUNK_MISMATCH"
  | "WEIGHTS_TRUNCATED"
  | "WEIGHTS_TOO_LONG"
  | "WEIGHTS_FILE_CHANGED"
  | "WEIGHTS_FILE_UNREADABLE"
  // Safetensors
  | "WEIGHTS_HEADER_LENGTH"
  | "WEIGHTS_HEADER_SYNTAX"
  | "WEIGHTS_DUPLICATE_KEY"
  | "WEIGHTS_TOO_MANY_TENSORS"
  | "WEIGHTS_BAD_METADATA"
  | "WEIGHTS_BAD_DTYPE"
  | "WEIGHTS_BAD_SHAPE"
  | "WEIGHTS_BAD_OFFSETS"
  | "WEIGHTS_BAD_NAME"
  | "WEIGHTS_NOT_FINITE"
  | "WEIGHTS_UNKNOWN_TENSOR"
  // Deltas
  | "WEIGHTS_DELTA_FORMAT"
  | "WEIGHTS_DELTA_BASE"
  | "WEIGHTS_DELTA_SHAPE"
  | "WEIGHTS_DELTA_DTYPE"
  | "WEIGHTS_DELTA_INDICES"
  | "WEIGHTS_DELTA_RANGE"
  | "WEIGHTS_DELTA_METADATA"
  // Commitments
  | "WEIGHTS_COMMITMENT";

/** Weights, a manifest or a delta that is not what it must be. */
export class WeightsError extends FreeholdError {
  declare readonly code: WeightsErrorCode;

  constructor(code: WeightsErrorCode, message: string, options?: FreeholdErrorOptions) {
    super(code, message, options);
  }
}

/** A name or a value of a hostile file, short enough for a message. */
export function quote(text: string): string {
  return JSON.stringify(text.length > 120 ? `${text.slice(0, 120)}…` : text);
}
