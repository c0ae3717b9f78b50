import { read } from "../read.js";

/** Number of models that an account owns. */
export const balanceOf = read({
  contract: "ModelRegistry",
  method: "balanceOf",
  args: (params: { owner: string }) => [params.owner],
});
