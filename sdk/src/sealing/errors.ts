import { FreeholdError, type FreeholdErrorOptions } from "../errors/base.js";

export type SealingErrorCode =
  /** Not an X25519 key of 32 bytes, or a point of low order. */
  | "INVALID_KEY"
  /** Not sealed to this key, or not for this request: authentication failed. */
  | "OPEN_FAILED"
  /** Authentic, and not padded as the protocol says. */
  | "BAD_PADDING"
  /** No sealed file, or one that was changed or cut off. */
  | "BAD_SEALED_FILE"
  /** A sealed file of another key. */
  | "WRONG_FILE_KEY"
  /** No key release, or one of another line, version or enclave. */
  | "BAD_RELEASE";

/** Thrown when something cannot be sealed or opened. Says nothing about the plaintext. */
export class SealingError extends FreeholdError {
  declare readonly code: SealingErrorCode;

  constructor(code: SealingErrorCode, message: string, options?: FreeholdErrorOptions) {
    super(code, message, options);
  }
}

export type ReleaseErrorCode =
  /** No enclave is registered under the receipt key. */
  | "UNKNOWN_ENCLAVE"
  /** The HPKE key is not the one that the enclave's attestation covers. */
  | "WRONG_HPKE_KEY"
  /** Its registration ended, or its operator or a fallen platform ended it. */
  | "ENCLAVE_EXPIRED"
  /** The line accepts neither its measurement, its verifier nor its platform's state now. */
  | "ENCLAVE_NOT_ACCEPTED";

/** Thrown when a key is not released, because the chain does not vouch for the enclave. */
export class ReleaseError extends FreeholdError {
  declare readonly code: ReleaseErrorCode;

  constructor(code: ReleaseErrorCode, message: string, options?: FreeholdErrorOptions) {
    super(code, message, options);
  }
}
