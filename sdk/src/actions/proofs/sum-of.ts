import type { Hex } from "../../hex.js";
import type { CircuitRef } from "../../types.js";
import { read } from "../read.js";

/** Tier 2, experimental: y of a sum that is linked to a version, which its `x` names; zero when there is none. */
export const sumOf = read({
  contract: "VersionProofs",
  method: "sumOf",
  args: ({ versionHash, circuit, x }: { versionHash: Hex; circuit: CircuitRef; x: bigint }) => [
    versionHash,
    circuit,
    x,
  ],
});
