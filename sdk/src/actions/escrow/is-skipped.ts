import type { Hex } from "../../hex.js";
import { read } from "../read.js";

/** Whether a node gave up the batch of this nonce (`skipBatch`). */
export const isSkipped = read({
  contract: "InferenceEscrow",
  method: "isSkipped",
  args: ({ node, lineId, nonce }: { node: string; lineId: Hex; nonce: bigint }) => [node, lineId, nonce],
});
