import type { Hex } from "../../hex.js";
import type { CircuitRef } from "../../types.js";
import { write } from "../write.js";

/** Sets what a line of the caller's asks for once the notice is over. `auditShare` of 65,536: 0 for no audits, all of it for every receipt. */
export const setProofPolicy = write({
  contract: "VersionProofs",
  method: "setProofPolicy",
  args: (params: { lineId: Hex; circuit: CircuitRef; auditShare: bigint | number }) => [
    params.lineId,
    params.circuit,
    params.auditShare,
  ],
  event: "ProofPolicySet",
  result: (event) => ({
    circuitId: event.circuitId as Hex,
    auditShare: event.auditShare,
    /** Unix seconds. */
    since: event.since,
  }),
});
