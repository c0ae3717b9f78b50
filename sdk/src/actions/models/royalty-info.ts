import { read } from "../read.js";

/** Who gets how much of a sale (ERC-2981). */
export const royaltyInfo = read({
  contract: "ModelRegistry",
  method: "royaltyInfo",
  args: (params: { modelId: bigint; salePrice: bigint }) => [params.modelId, params.salePrice],
});
