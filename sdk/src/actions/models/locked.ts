import { read } from "../read.js";

/** Whether a model, or its owner's account, is locked (ERC-5192). */
export const locked = read({
  contract: "ModelRegistry",
  method: "locked",
  args: (params: { modelId: bigint }) => [params.modelId],
});
