import { read } from "../read.js";

/** Throws unless an account may fine-tune a model now and is unlocked. */
export const requireFineTune = read({
  contract: "ModelRegistry",
  method: "requireFineTune",
  args: (params: { modelId: bigint; account: string }) => [params.modelId, params.account],
});
