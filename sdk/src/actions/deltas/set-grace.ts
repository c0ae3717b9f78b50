import type { Hex } from "../../hex.js";
import { write } from "../write.js";

/**
 * Changes the seconds for which later activations leave the version before payable.
 */
export const setGrace = write({
  contract: "DeltaLedger",
  method: "setGrace",
  args: (params: { modelId: bigint; grace: bigint | number }) => [params.modelId, params.grace],
  event: "GraceSet",
  result: (event) => ({ lineId: event.lineId as Hex, grace: event.grace }),
});
