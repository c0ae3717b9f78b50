import { read } from "../read.js";

/** ERC-721 metadata URI; may be empty. */
export const tokenURI = read({
  contract: "ModelRegistry",
  method: "tokenURI",
  args: (params: { modelId: bigint }) => [params.modelId],
});
