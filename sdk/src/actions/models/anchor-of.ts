import type { ModelAnchor } from "../../eip712/versions.js";
import { read } from "../read.js";

/** What a model is. Reverts with `ModelRegistry_UnknownModel`. */
export const anchorOf = read({
  contract: "ModelRegistry",
  method: "anchorOf",
  args: (params: { modelId: bigint }) => [params.modelId],
  result: (value) => value as ModelAnchor,
});
