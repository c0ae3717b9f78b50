import type { Hex } from "../../hex.js";
import type { CircuitRef } from "../../types.js";
import { write } from "../write.js";

/**
 * Tier 2, experimental: has a circuit's verifier accept a sum of committed weights for a version whose digests are proven equal. `circuit` is
 * of kind `Inference` and tier 2, `linked` is what `encodeLink` of @freehold/circuits makes of the sum and its link. Anybody may call.
 */
export const link = write({
  contract: "VersionProofs",
  method: "link",
  args: (params: { versionHash: Hex; circuit: CircuitRef; linked: Hex }) => [
    params.versionHash,
    params.circuit,
    params.linked,
  ],
  event: "SumLinked",
  result: (event) => ({ circuitId: event.circuitId as Hex, sum: { x: event.x, y: event.y } }),
});
