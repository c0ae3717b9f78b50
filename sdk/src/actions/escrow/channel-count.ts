import { read } from "../read.js";

/** Number of channels ever opened towards a node. */
export const channelCount = read({
  contract: "InferenceEscrow",
  method: "channelCount",
  args: (params: { node: string }) => [params.node],
});
