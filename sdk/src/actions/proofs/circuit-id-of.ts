import type { Hex } from "../../hex.js";
import type { CircuitRef } from "../../types.js";
import { read } from "../read.js";

/** Id of a circuit: keccak256 of its description. */
export const circuitIdOf = read({
  contract: "ProofKeys",
  method: "circuitIdOf",
  args: ({ circuit }: { circuit: CircuitRef }) => [circuit],
  result: (value) => value as Hex,
});
