import type { ModelTerms } from "../../types.js";
import { write } from "../write.js";

/**
 * Changes visibility and royalty. Owner only, everything unlocked.
 */
export const setTerms = write({
  contract: "ModelRegistry",
  method: "setTerms",
  args: (params: { modelId: bigint; terms: ModelTerms }) => [params.modelId, params.terms],
  event: "TermsUpdated",
  result: (event) => ({ modelId: event.modelId, terms: event.terms }),
});
