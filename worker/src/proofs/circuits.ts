import type { Shape, Tier } from "@freehold/circuits";
import { CircuitKind, type CircuitRef, circuitIdOf, circuitOf, type Hex } from "@freehold/sdk";

const TIERS: readonly Tier[] = [1, 2];

/** The circuit of inferences of a shape that has this id, in whichever tier; undefined: models of this shape have others. */
export function inferenceCircuitOf(circuitId: Hex, shape: Shape): (CircuitRef & { readonly tier: Tier }) | undefined {
  const circuits = TIERS.map((tier) => ({ ...circuitOf(CircuitKind.Inference, shape, tier), tier }));
  return circuits.find((circuit) => circuitIdOf(circuit) === circuitId);
}
