import type { Hex } from "../../hex.js";
import type { CircuitRef } from "../../types.js";
import { write } from "../write.js";

/** Proves that every parameter of a version is in its range; `circuit` is of kind `Register`. Anybody may call. */
export const proveRegistration = write({
  contract: "VersionProofs",
  method: "proveRegistration",
  args: (params: { lineId: Hex; version: bigint | number; circuit: CircuitRef; proof: Hex }) => [
    params.lineId,
    params.version,
    params.circuit,
    params.proof,
  ],
  event: "RegistrationProven",
  result: (event) => ({ versionHash: event.versionHash as Hex, circuitId: event.circuitId as Hex }),
});
