import type { ModelTerms } from "../../types.js";
import { read } from "../read.js";

/** Visibility and royalty of a model. */
export const termsOf = read({
  contract: "ModelRegistry",
  method: "termsOf",
  args: (params: { modelId: bigint }) => [params.modelId],
  result: (value) => value as unknown as ModelTerms,
});
