import type { Hex } from "../../hex.js";
import { write } from "../write.js";

/** Gives what the caller holds of a node's pay back to it; it vests anew. Slashers only. */
export const restore = write({
  contract: "InferenceEscrow",
  method: "restore",
  args: (params: { node: string; lineId: Hex; units: bigint }) => [params.node, params.lineId, params.units],
  event: "EarningsRestored",
  result: (event) => ({ node: event.node as Hex, lineId: event.lineId as Hex, units: event.units }),
});
