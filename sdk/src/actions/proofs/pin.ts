import type { Hex } from "../../hex.js";
import type { CircuitRef } from "../../types.js";
import { write } from "../write.js";

/** Governance: pins the verifier of a circuit, for ever. */
export const pin = write({
  contract: "ProofKeys",
  method: "pin",
  args: (params: { circuit: CircuitRef; verifier: string; keyHash: Hex }) => [
    params.circuit,
    params.verifier,
    params.keyHash,
  ],
  event: "KeyPinned",
  result: (event) => ({ circuitId: event.circuitId as Hex, verifier: event.verifier as Hex }),
});
