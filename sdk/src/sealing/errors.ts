import { FreeholdError, type FreeholdErrorOptions } from "../errors/base.js";

export type SealingErrorCode =
  /** Not an X25519 key of 32 bytes, or a point of low order. */
  | "INVALID_KEY"
  /** Not sealed to this key, or not for this request: authentication failed. */
  | "OPEN_FAILED"
  /** Authentic, and not padded as the protocol says. */
  | "BAD_PADDING";

/** Thrown when something cannot be sealed or opened. Says nothing about the plaintext. */
export class SealingError extends FreeholdError {
  declare readonly code: SealingErrorCode;

  constructor(code: SealingErrorCode, message: string, options?: FreeholdErrorOptions) {
    super(code, message, options);
  }
}
