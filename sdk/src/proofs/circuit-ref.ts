import type { Shape, Tier } from "@freehold/circuits";
import { AbiCoder, id, keccak256 } from "ethers";
import type { Hex } from "../hex.js";
import { CircuitKind, type CircuitRef } from "../types.js";

/** Of the definitions of circuits that @freehold/circuits has. */
export const CIRCUIT_VERSION = 1;

/** The circuit that states something of models of a shape. @param tier default: 1; 2 is experimental, and has no deltas */
export function circuitOf(kind: CircuitKind, { inputs, hidden, classes }: Shape, tier: Tier = 1): CircuitRef {
  return { kind, tier, version: CIRCUIT_VERSION, features: inputs, hidden, classes };
}

/** Id of a circuit; equal to `ProofKeys.circuitIdOf`. */
export function circuitIdOf({ kind, tier, version, features, hidden, classes }: CircuitRef): Hex {
  const types = ["bytes32", "uint8", "uint8", "uint16", "uint32", "uint32", "uint32"];
  const values = [id("Freehold circuit v1"), kind, tier, version, features, hidden, classes];
  return keccak256(AbiCoder.defaultAbiCoder().encode(types, values)) as Hex;
}

/** What a circuit states, for messages. */
export function kindName(kind: CircuitKind): string {
  return Object.entries(CircuitKind).find(([, value]) => value === kind)?.[0] ?? `kind ${kind}`;
}
