import { FreeholdError, type FreeholdErrorOptions } from "../errors/base.js";

/** Why a proof was not made, or not believed. Whatever does not verify is refused. */
export type ProofErrorCode =
  // The model
  /** No circuit expresses it: `details.reason` says why. */
  | "UNPROVABLE_MODEL"
  /** The version, or the anchor, has no commitments. */
  | "NOT_COMMITTED"
  /** What was given is not what was committed to: `details.what` says of what. */
  | "COMMITMENT_MISMATCH"
  // What is proven
  /** A count, a salt or a blinder is outside its range. */
  | "BAD_PROOF_INPUT"
  /** No proof exists: the values contradict the statement. */
  | "FALSE_STATEMENT"
  /** The circuit states something else, or is of tier 2 where there is none. */
  | "WRONG_CIRCUIT"
  /** The version of that number is another one than was named. */
  | "WRONG_VERSION"
  /** The delta is for another parent than the line's newest version. */
  | "STALE_PARENT"
  /** Tier 2: no sum of this blinder is linked to the version. */
  | "NOT_LINKED"
  // Keys
  /** The proving key is none, or of another set-up than the key that is pinned. */
  | "WRONG_PROVING_KEY"
  /** The verifier's key is not the one that was pinned, or proves nothing. */
  | "WRONG_VERIFYING_KEY"
  /** The secrets behind the pinned key are public, and the chain is no local one. */
  | "DEVELOPMENT_KEY"
  // Proofs
  /** It does not show the statement. */
  | "PROOF_INVALID"
  /** The append stands, its proof is not on the chain. */
  | "PROOF_NOT_RECORDED";

/** A proof that cannot be made, or is not believed. Salts and blinders are in no message and no details. */
export class ProofError extends FreeholdError {
  declare readonly code: ProofErrorCode;

  constructor(code: ProofErrorCode, message: string, options?: FreeholdErrorOptions) {
    super(code, message, options);
  }
}
