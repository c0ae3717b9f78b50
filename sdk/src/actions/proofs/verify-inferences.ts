import { concat } from "ethers";
import type { Hex } from "../../hex.js";
import type { CircuitRef } from "../../types.js";
import { read } from "../read.js";

/** An inference, as a circuit of tier 2 states it. */
export interface ProvenInference {
  /** Input, output, result and context: the circuit's public wires. */
  publics: readonly bigint[];
  /** What `encodeProof` of @freehold/circuits gives: 256 bytes. */
  proof: Hex;
}

/**
 * Tier 2, experimental: whether all proofs show inferences of one version, by one random combination. `x` names the linked sum that they were
 * made with. Which of them is bad it does not say; none at all is false.
 */
export const verifyInferences = read({
  contract: "VersionProofs",
  method: "verifyInferences",
  args: (params: { versionHash: Hex; circuit: CircuitRef; x: bigint; inferences: readonly ProvenInference[] }) => [
    params.versionHash,
    params.circuit,
    params.x,
    params.inferences.flatMap(({ publics }) => [...publics]),
    concat(params.inferences.map(({ proof }) => proof)),
  ],
});
