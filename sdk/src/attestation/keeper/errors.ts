import { FreeholdError, type FreeholdErrorOptions } from "../../errors/base.js";

/** Thrown when collateral cannot be had, or is not what it should be. */
export class CollateralError extends FreeholdError {
  declare readonly code: "COLLATERAL_UNREACHABLE" | "COLLATERAL_REFUSED" | "COLLATERAL_MALFORMED";

  constructor(code: CollateralError["code"], message: string, options?: FreeholdErrorOptions) {
    super(code, message, options);
  }
}
