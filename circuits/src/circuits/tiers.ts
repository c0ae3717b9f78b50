import type { Builder } from "../builder/builder.js";
import type { Linear } from "../builder/linear.js";
import { commitment, saltWire } from "../gadgets/commitment.js";
import { type PackedModel, packedWires } from "../gadgets/model.js";
import { assertWeights, type Layout, type ModelWeights, type Shape } from "../model.js";

/**
 * How a circuit binds weights. 1: by their Poseidon root, a public wire. 2: the packed elements are committed wires, whose sum W
 * the contract has in its registry, linked to the version's Pedersen anchor; both blinders are the key's, not wires here.
 */
export type Tier = 1 | 2;

export function shapeName(kind: string, { inputs, hidden, classes }: Shape, tier: Tier): string {
  return `${kind}-${inputs}x${hidden}x${classes}-tier${tier}`;
}

/** Weights with the salt of their root. */
export interface SaltedWeights {
  readonly weights: ModelWeights;
  /** Uniform below FIELD, another one for every version. In tier 2 it is not used. */
  readonly salt: bigint;
}

/** Checks weights once, when a witness is computed. */
export function checkedOnce(layout: Layout, weights: () => ModelWeights): () => ModelWeights {
  let checked: ModelWeights | undefined;
  return () => {
    if (checked === undefined) {
      checked = weights();
      assertWeights(layout, checked);
    }
    return checked;
  };
}

/** Constrains the public root of a packed model. */
export function bindRoot(
  b: Builder,
  root: Linear,
  { elements }: Pick<PackedModel, "elements">,
  label: string,
  salt: () => bigint,
): void {
  const salted = commitment(b, "weights", elements, saltWire(b, `${label}.salt`, salt), `${label}.root`);
  b.bind(root, salted, `${label}: the root is the weights'`);
}

/**
 * A version's packed weights, bound by `root` in tier 1. In tier 2 this must come right after the public wires.
 */
export function boundModel(
  b: Builder,
  layout: Layout,
  root: Linear | undefined,
  label: string,
  values: () => SaltedWeights,
): PackedModel {
  const weights = checkedOnce(layout, () => values().weights);
  const model = packedWires(b, layout, root === undefined ? "commit" : "wire", label, weights);
  if (root !== undefined) bindRoot(b, root, model, label, () => values().salt);
  return model;
}
