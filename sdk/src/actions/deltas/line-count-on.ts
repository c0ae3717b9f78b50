import { read } from "../read.js";

/** Number of lines on a model. */
export const lineCountOn = read({
  contract: "DeltaLedger",
  method: "lineCountOn",
  args: (params: { modelId: bigint }) => [params.modelId],
});
