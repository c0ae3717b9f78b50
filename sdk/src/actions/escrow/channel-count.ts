import type { Hex } from "../../hex.js";
import { read } from "../read.js";

/** Number of channels ever opened towards a node for a line. */
export const channelCount = read({
  contract: "InferenceEscrow",
  method: "channelCount",
  args: (params: { node: string; lineId: Hex }) => [params.node, params.lineId],
});
