import type { Hex } from "../../hex.js";
import { read } from "../read.js";

/** The verifier that is pinned for a circuit; reverts when there is none. */
export const verifierOf = read({
  contract: "ProofKeys",
  method: "verifierOf",
  args: ({ circuitId }: { circuitId: Hex }) => [circuitId],
  result: (value) => value as Hex,
});
