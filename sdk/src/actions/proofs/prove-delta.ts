import type { Hex } from "../../hex.js";
import type { CircuitRef } from "../../types.js";
import { write } from "../write.js";

/** Proves that a version is its parent plus the delta under `deltaRoot`; `circuit` is of kind `Delta`. Anybody may call. */
export const proveDelta = write({
  contract: "VersionProofs",
  method: "proveDelta",
  args: (params: { lineId: Hex; version: bigint | number; circuit: CircuitRef; deltaRoot: Hex; proof: Hex }) => [
    params.lineId,
    params.version,
    params.circuit,
    params.deltaRoot,
    params.proof,
  ],
  event: "DeltaProven",
  result: (event) => ({
    versionHash: event.versionHash as Hex,
    circuitId: event.circuitId as Hex,
    deltaRoot: event.deltaRoot as Hex,
  }),
});
