import type { Hex } from "../../hex.js";
import { write } from "../write.js";

/** The calling node gives up its next nonce on a line: for a signed batch that can never be paid. */
export const skipBatch = write({
  contract: "InferenceEscrow",
  method: "skipBatch",
  args: (params: { lineId: Hex; nonce: bigint }) => [params.lineId, params.nonce],
  event: "BatchSkipped",
  result: (event) => ({ node: event.node as Hex, lineId: event.lineId as Hex, nonce: event.nonce }),
});
