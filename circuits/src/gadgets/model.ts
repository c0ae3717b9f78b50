import type { Builder } from "../builder/builder.js";
import { constant, type Linear, pack } from "../builder/linear.js";
import { type Layout, type ModelWeights, packModel, WEIGHT_BITS, WEIGHT_OFFSET } from "../model.js";
import { freshBits } from "./bits.js";

/** A packed model in a circuit: elements in the order of commitments, and where they lie. */
export interface PackedModel {
  readonly elements: readonly Linear[];
  /** [group][input] */
  readonly hidden: readonly (readonly Linear[])[];
  readonly hiddenBias: readonly Linear[];
  /** [group][neuron] */
  readonly output: readonly (readonly Linear[])[];
  readonly outputBias: readonly Linear[];
}

/** Elements by their places. */
export function placed(layout: Layout, elements: readonly Linear[]): PackedModel {
  const { inputs, hidden, groups, outputGroups } = layout;
  let at = 0;
  const take = (count: number) => {
    at += count;
    return elements.slice(at - count, at);
  };
  const first = groups.map(() => ({ weights: take(inputs), bias: take(1)[0] as Linear }));
  const second = outputGroups.map(() => ({ weights: take(hidden), bias: take(1)[0] as Linear }));
  return {
    elements,
    hidden: first.map(({ weights }) => weights),
    hiddenBias: first.map(({ bias }) => bias),
    output: second.map(({ weights }) => weights),
    outputBias: second.map(({ bias }) => bias),
  };
}

/** A model as wires, packed, nothing checked: committed ones in tier 2, private ones whose Poseidon root is checked in tier 1. */
export function packedWires(
  b: Builder,
  layout: Layout,
  kind: "commit" | "wire",
  label: string,
  weights: () => ModelWeights,
): PackedModel {
  let packed: bigint[] | undefined;
  const value = (i: number) => () => {
    packed ??= packModel(layout, weights());
    return packed[i] as bigint;
  };
  const elements = Array.from({ length: layout.elements }, (_, i) => b[kind](`${label}[${i}]`, value(i)));
  return placed(layout, elements);
}

/** A packed model that is known, for commitments outside circuits. */
export function packedConstants(layout: Layout, weights: ModelWeights): PackedModel {
  return placed(layout, packModel(layout, weights).map(constant));
}

/** A model whose weights are range-checked one by one. */
export interface CheckedModel extends PackedModel {
  /** Signed weights of the output layer, [class][neuron]. */
  readonly outputWeights: readonly (readonly Linear[])[];
}

/**
 * A model with every weight in int8 and every bias in its layout's range. The weights are sums of their bits and need no wires;
 * 8 constraints a weight, `biasBits` a bias.
 */
export function checkedModel(b: Builder, layout: Layout, label: string, weights: () => ModelWeights): CheckedModel {
  const { inputs, hidden, classes, slot, groups, outputSlot, outputGroups, biasBits, outputBiasBits } = layout;
  const ranged = (name: keyof ModelWeights, i: number, bits: number) =>
    pack(
      freshBits(
        b,
        bits,
        `${label}.${name}[${i}]`,
        () => BigInt(weights()[name][i] as number) + (1n << BigInt(bits - 1)),
      ),
      1,
    );
  const range = (name: keyof ModelWeights, count: number, bits: number) =>
    Array.from({ length: count }, (_, i) => ranged(name, i, bits));
  const signed = (value: Linear, bits: number) => shift(value, -(1n << BigInt(bits - 1)));
  const first = range("hiddenWeight", hidden * inputs, WEIGHT_BITS);
  const firstBias = range("hiddenBias", hidden, biasBits).map((value) => signed(value, biasBits));
  const second = range("outputWeight", classes * hidden, WEIGHT_BITS);
  const secondBias = range("outputBias", classes, outputBiasBits).map((value) => signed(value, outputBiasBits));
  const elements: Linear[] = [];
  const element = (members: readonly number[], width: number, of: (member: number) => Linear) =>
    elements.push(pack(members.map(of), width));
  for (const members of groups) {
    for (let i = 0; i < inputs; i++) element(members, slot, (h) => first[h * inputs + i] as Linear);
    element(members, slot, (h) => firstBias[h] as Linear);
  }
  for (const members of outputGroups) {
    for (let h = 0; h < hidden; h++) element(members, outputSlot, (c) => second[c * hidden + h] as Linear);
    element(members, outputSlot, (c) => secondBias[c] as Linear);
  }
  const outputWeights = Array.from({ length: classes }, (_, c) =>
    second.slice(c * hidden, (c + 1) * hidden).map((value) => shift(value, BigInt(-WEIGHT_OFFSET))),
  );
  return { ...placed(layout, elements), outputWeights };
}

function shift({ wires, coefficients }: Linear, by: bigint): Linear {
  return { wires: [0, ...wires], coefficients: [by, ...coefficients] };
}
