import type { Hex } from "../../hex.js";
import { write } from "../write.js";

/**
 * Starts the close of the caller's channel; the node may settle until `closeAt`.
 */
export const requestClose = write({
  contract: "InferenceEscrow",
  method: "requestClose",
  args: (params: { node: string; channel: bigint }) => [params.node, params.channel],
  event: "CloseRequested",
  result: (event) => ({ node: event.node as Hex, channel: event.channel, closeAt: event.closeAt }),
});
