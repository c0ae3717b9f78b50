import type { Builder } from "../builder/builder.js";
import type { Linear } from "../builder/linear.js";

/**
 * Binds a public wire that nothing else uses: without a constraint, a proof for one context would verify for any other. The
 * contract computes the context (chain, contract, model, version, request, requester, deadline); here it is one element.
 */
export function bindContext(b: Builder, context: Linear): void {
  b.product(context, context, "context.square");
}
