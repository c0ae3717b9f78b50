import type { Shape, Tier } from "@freehold/circuits";
import { CircuitKind, type CircuitRef, circuitIdOf, circuitOf, type Hex } from "@freehold/sdk";

const TIERS: readonly Tier[] = [1, 2];

type TieredCircuit = CircuitRef & { readonly tier: Tier };

/** By id, of a shape: every request asks. */
const known = new WeakMap<Shape, ReadonlyMap<Hex, TieredCircuit>>();

/** The circuit of inferences of a shape that has this id, in whichever tier; undefined: models of this shape have others. */
export function inferenceCircuitOf(circuitId: Hex, shape: Shape): TieredCircuit | undefined {
  let circuits = known.get(shape);
  if (circuits === undefined) {
    const all = TIERS.map((tier): TieredCircuit => ({ ...circuitOf(CircuitKind.Inference, shape, tier), tier }));
    circuits = new Map(all.map((circuit) => [circuitIdOf(circuit), circuit]));
    known.set(shape, circuits);
  }
  return circuits.get(circuitId);
}
