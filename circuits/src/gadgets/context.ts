import type { Builder } from "../builder/builder.js";
import { type Linear, ONE } from "../builder/linear.js";

/**
 * Binds a public wire that nothing else uses: without a constraint, a proof for one context would verify for any other. The
 * contract computes the context (chain, contract, model, version, request, requester, deadline); here it is one element.
 * A copy, not the usual square: a square is also that of the negated context. One constraint.
 */
export function bindContext(b: Builder, context: Linear): void {
  b.product(context, ONE, "context.copy");
}
