import { FreeholdError, type FreeholdErrorOptions } from "../../errors/base.js";

/** Thrown when bytes are no quote, or a quote cannot be used for what it is asked for. */
export class QuoteError extends FreeholdError {
  declare readonly code:
    | "BAD_QUOTE"
    | "BAD_PEM"
    | "BAD_COLLATERAL"
    | "NO_COLLATERAL"
    | "OPINION_UNAVAILABLE"
    | "OPINION_REFUSED";

  constructor(code: QuoteError["code"], message: string, options?: FreeholdErrorOptions) {
    super(code, message, options);
  }
}
