import { read } from "../read.js";

/** Units that a node earned and has not collected. */
export const earned = read({
  contract: "InferenceEscrow",
  method: "earned",
  args: (params: { node: string }) => [params.node],
});
