import { CircuitError } from "./errors.js";

/** A two-layer classifier: counts, int8 layer, ReLU, int8 layer. */
export interface Shape {
  readonly inputs: number;
  readonly hidden: number;
  readonly classes: number;
}

/** Parameters, row-major, as the worker's engine has them. */
export interface ModelWeights {
  /** int8, [hidden, inputs] */
  readonly hiddenWeight: ArrayLike<number>;
  /** [hidden] */
  readonly hiddenBias: ArrayLike<number>;
  /** int8, [classes, hidden] */
  readonly outputWeight: ArrayLike<number>;
  /** [classes] */
  readonly outputBias: ArrayLike<number>;
}

/** Counts are 0..15. */
export const INPUT_BITS = 4;

/** Weights are stored as w + 128, so that slots hold no negative number. */
export const WEIGHT_OFFSET = 128;
export const WEIGHT_BITS = 8;

/** Bits of an element that slots may fill: below the field's order whatever they hold. */
export const PACKED_BITS = 252;

/** |logit| < 2^38, as the worker's engine promises. */
export const MAX_LOGIT_BITS = 38;

/** Registering a model of this many weights takes about 12 constraints each: a domain of 2^20. */
export const MAX_WEIGHTS = 65_536;

/**
 * How a shape's numbers lie in field elements, with the bounds that keep them apart:
 * |pre| <= 15 * 128 * inputs + 2^(slot - 2) < 2^(slot - 1), and |logit| < 2^logitBits.
 */
export interface Layout extends Shape {
  /** Bits of a neuron's slot: ceil(log2 inputs) + 13. */
  readonly slot: number;
  /** Neurons of each element. */
  readonly groups: readonly (readonly number[])[];
  /** Hidden biases are in -2^(n - 1)..2^(n - 1) - 1. */
  readonly biasBits: number;
  readonly logitBits: number;
  /** Bits of a logit's slot; 3 more than a logit with its sign needs, see gadgets/ranking.ts. */
  readonly outputSlot: number;
  /** Classes of each element. */
  readonly outputGroups: readonly (readonly number[])[];
  readonly outputBiasBits: number;
  /** Elements of a packed model. */
  readonly elements: number;
}

/** Why no circuit can express a model. */
export type UnfitReason =
  | "NOT_AN_NGRAM_MLP"
  | "BAD_SIZES"
  | "TOO_MANY_WEIGHTS"
  | "TOO_MANY_CLASSES"
  | "LOGITS_TOO_WIDE"
  | "COUNTS_TOO_GREAT";

export type Fit =
  | { readonly fits: true; readonly layout: Layout }
  | { readonly fits: false; readonly reason: UnfitReason; readonly message: string };

const MAX_CLASSES = 256;

/** Layout of a shape, or why there is none. */
export function layoutOf({ inputs, hidden, classes }: Shape): Fit {
  const no = (reason: UnfitReason, message: string): Fit => ({ fits: false, reason, message });
  if (![inputs, hidden, classes].every((n) => Number.isSafeInteger(n) && n > 0) || classes < 2) {
    return no("BAD_SIZES", "a model has at least one input, one hidden neuron and two classes");
  }
  if (classes > MAX_CLASSES) return no("TOO_MANY_CLASSES", `a statement names one of ${MAX_CLASSES} classes at most`);
  const weights = hidden * (inputs + classes);
  if (weights > MAX_WEIGHTS) {
    return no("TOO_MANY_WEIGHTS", `the model has ${weights} weights; circuits take ${MAX_WEIGHTS} at most`);
  }
  const slot = Math.ceil(Math.log2(inputs)) + 13;
  const logitBits = 7 + Math.ceil(Math.log2(hidden)) + slot - 1;
  if (logitBits > MAX_LOGIT_BITS) {
    return no("LOGITS_TOO_WIDE", `logits may take ${logitBits} bits; circuit and engine agree up to ${MAX_LOGIT_BITS}`);
  }
  const outputSlot = logitBits + 3;
  const groups = chunks(hidden, Math.floor(PACKED_BITS / slot));
  const outputGroups = chunks(classes, Math.floor(PACKED_BITS / outputSlot));
  const elements = groups.length * (inputs + 1) + outputGroups.length * (hidden + 1);
  const layout = { inputs, hidden, classes, slot, groups, logitBits, outputSlot, outputGroups, elements };
  return { fits: true, layout: { ...layout, biasBits: slot - 1, outputBiasBits: logitBits - 4 } };
}

/** @throws CircuitError `UNFIT_ARCHITECTURE` */
export function requireLayout(shape: Shape): Layout {
  const fit = layoutOf(shape);
  if (!fit.fits) throw new CircuitError("UNFIT_ARCHITECTURE", `${fit.reason}: ${fit.message}`);
  return fit.layout;
}

/**
 * Whether the circuits can express a registered architecture (the worker's architecture file); never throws.
 */
export function modelFitsCircuit(architecture: unknown): Fit {
  const no = (reason: UnfitReason, message: string): Fit => ({ fits: false, reason, message });
  if (typeof architecture !== "object" || architecture === null) return no("NOT_AN_NGRAM_MLP", "no architecture");
  const { type, inputs, hidden, classes, featuriser } = architecture as Record<string, unknown>;
  if (type !== "freehold.ngram-mlp") return no("NOT_AN_NGRAM_MLP", "circuits exist for freehold.ngram-mlp alone");
  const maxCount =
    typeof featuriser === "object" && featuriser !== null && "maxCount" in featuriser ? featuriser.maxCount : 15;
  if (typeof maxCount !== "number" || maxCount > 2 ** INPUT_BITS - 1) {
    return no("COUNTS_TOO_GREAT", `counts must fit ${INPUT_BITS} bits`);
  }
  if (typeof inputs !== "number" || typeof hidden !== "number" || typeof classes !== "number") {
    return no("BAD_SIZES", "inputs, hidden and classes are numbers");
  }
  return layoutOf({ inputs, hidden, classes });
}

/**
 * That every parameter is in the range that registration proves. Bounds of sums follow: see {@link Layout}.
 * @throws CircuitError `UNFIT_WEIGHTS`, naming the tensor and the index
 */
export function assertWeights(layout: Layout, weights: ModelWeights): void {
  const { inputs, hidden, classes, biasBits, outputBiasBits } = layout;
  const check = (name: keyof ModelWeights, length: number, bits: number) => {
    const values = weights[name];
    if (values.length !== length) {
      throw new CircuitError("UNFIT_WEIGHTS", `${name} has ${values.length} elements, not ${length}`);
    }
    const limit = 2 ** (bits - 1);
    for (let i = 0; i < length; i++) {
      const value = values[i] as number;
      if (Number.isInteger(value) && value >= -limit && value < limit) continue;
      throw new CircuitError("UNFIT_WEIGHTS", `${name}[${i}] is ${value}; it must be in ${-limit}..${limit - 1}`);
    }
  };
  check("hiddenWeight", hidden * inputs, WEIGHT_BITS);
  check("hiddenBias", hidden, biasBits);
  check("outputWeight", classes * hidden, WEIGHT_BITS);
  check("outputBias", classes, outputBiasBits);
}

/**
 * A model's field elements, in the order of commitments: for every group of neurons one element an input and one of biases, then
 * the same for groups of classes. They are integers; biases may make one negative.
 */
export function packModel(layout: Layout, weights: ModelWeights): bigint[] {
  const { inputs, hidden, slot, groups, outputSlot, outputGroups } = layout;
  const { hiddenWeight, hiddenBias, outputWeight, outputBias } = weights;
  const pack = (members: readonly number[], width: number, of: (member: number) => number) => {
    let element = 0n;
    for (let s = members.length - 1; s >= 0; s--) {
      element = (element << BigInt(width)) + BigInt(of(members[s] as number));
    }
    return element;
  };
  const elements: bigint[] = [];
  for (const members of groups) {
    for (let i = 0; i < inputs; i++) {
      elements.push(pack(members, slot, (h) => (hiddenWeight[h * inputs + i] as number) + WEIGHT_OFFSET));
    }
    elements.push(pack(members, slot, (h) => hiddenBias[h] as number));
  }
  for (const members of outputGroups) {
    for (let h = 0; h < hidden; h++) {
      elements.push(pack(members, outputSlot, (c) => (outputWeight[c * hidden + h] as number) + WEIGHT_OFFSET));
    }
    elements.push(pack(members, outputSlot, (c) => outputBias[c] as number));
  }
  return elements;
}

/** 0..count - 1 in runs of a size. */
function chunks(count: number, size: number): number[][] {
  const runs: number[][] = [];
  for (let from = 0; from < count; from += size) {
    runs.push(Array.from({ length: Math.min(size, count - from) }, (_, i) => from + i));
  }
  return runs;
}
