import type { Hex } from "../../hex.js";
import { write } from "../write.js";

/** Sets aside up to `units` of a node's earnings, which the caller holds then. Slashers of the registry only. */
export const seize = write({
  contract: "InferenceEscrow",
  method: "seize",
  args: (params: { node: string; lineId: Hex; units: bigint }) => [params.node, params.lineId, params.units],
  event: "EarningsSeized",
  result: (event) => ({ node: event.node as Hex, lineId: event.lineId as Hex, units: event.units }),
});
