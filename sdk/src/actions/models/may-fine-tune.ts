import { read } from "../read.js";

/** Whether an account may fine-tune a model now: visibility and licence, locks aside. */
export const mayFineTune = read({
  contract: "ModelRegistry",
  method: "mayFineTune",
  args: (params: { modelId: bigint; account: string }) => [params.modelId, params.account],
});
