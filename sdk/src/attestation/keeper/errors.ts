import { FreeholdError, type FreeholdErrorOptions } from "../../errors/base.js";

/** Thrown when collateral cannot be had, or is not what it should be. */
export class CollateralError extends FreeholdError {
  declare readonly code:
    | "COLLATERAL_UNREACHABLE"
    | "COLLATERAL_REFUSED"
    | "COLLATERAL_MALFORMED"
    | "CERTIFICATES_ENDED";

  constructor(code: CollateralError["code"], message: string, options?: FreeholdErrorOptions) {
    super(code, message, options);
  }
}

/** What a source serves, or what was passed, is not what it should be. */
export function malformed(message: string, cause?: unknown): CollateralError {
  return new CollateralError("COLLATERAL_MALFORMED", message, {
    hint: "Nothing of it was sent. Look at what the source serves, or use another one.",
    cause,
  });
}
