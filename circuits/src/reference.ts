import { CircuitError } from "./errors.js";
import type { ModelWeights, Shape } from "./model.js";

/** What an inference gives, and what a statement says of it. */
export interface Inference {
  readonly logits: readonly number[];
  /** The greatest logit's index; of equal ones the lowest. */
  readonly class: number;
  /** See {@link marginOf}. */
  readonly margin: number;
}

/** Sums of the hidden layer. Plain integers: the bounds of a layout keep them far below 2^53. */
function preActivations({ inputs, hidden }: Shape, weights: ModelWeights, counts: ArrayLike<number>): number[] {
  return Array.from({ length: hidden }, (_, h) => {
    let total = weights.hiddenBias[h] as number;
    for (let i = 0; i < inputs; i++) total += (weights.hiddenWeight[h * inputs + i] as number) * (counts[i] as number);
    return total;
  });
}

/** The integer arithmetic that the circuits prove and the worker's engine runs. */
export function infer(shape: Shape, weights: ModelWeights, counts: ArrayLike<number>): Inference {
  const relu = preActivations(shape, weights, counts).map((pre) => Math.max(pre, 0));
  const logits = Array.from({ length: shape.classes }, (_, c) =>
    relu.reduce(
      (total, value, h) => total + (weights.outputWeight[c * shape.hidden + h] as number) * value,
      weights.outputBias[c] as number,
    ),
  );
  const best = logits.indexOf(Math.max(...logits));
  const second = Math.max(...logits.filter((_, c) => c !== best));
  return { logits, class: best, margin: marginOf((logits[best] as number) - second) };
}

/**
 * The coarse margin of a gap between the two greatest logits: half its length in bits, rounded up; 0 for a tie. So margin k > 0
 * says 4^(k - 1) <= gap < 4^k, and no more: exact logits would let the model be copied.
 */
export function marginOf(gap: number): number {
  return gap === 0 ? 0 : Math.ceil(gap.toString(2).length / 2);
}

/** One sample of a mini-batch. */
export interface Sample {
  readonly counts: ArrayLike<number>;
  /** The right class. */
  readonly label: number;
}

/** Right shift of errors that reach the hidden layer; the output layer's inputs keep their 4 highest bits. */
export const ERROR_SHIFT = 5;
export const KEPT_BITS = 4;

/**
 * One exact step of integer stochastic gradient descent with the perceptron's loss, of a mini-batch, both layers at once:
 * e = onehot(argmax) - onehot(label), d_h = floor(sum_c e_c W2[c][h] / 32) where pre_h >= 0, else 0,
 * W1[h][i] -= sum d_h x_i, W2[c][h] -= sum e_c floor(relu_h / 2^(slot - 5)). Biases stay.
 * @throws CircuitError `UNFIT_WEIGHTS` when a weight leaves int8: nothing is clipped
 */
export function trainStep(
  shape: Shape & { readonly slot: number },
  weights: ModelWeights,
  samples: readonly Sample[],
): ModelWeights {
  const { inputs, hidden, classes, slot } = shape;
  const hiddenWeight = Int32Array.from(weights.hiddenWeight);
  const outputWeight = Int32Array.from(weights.outputWeight);
  for (const { counts, label } of samples) {
    const pre = preActivations(shape, weights, counts);
    const best = infer(shape, weights, counts).class;
    const error = Array.from({ length: classes }, (_, c) => Number(c === best) - Number(c === label));
    for (const [h, value] of pre.entries()) {
      if (value < 0) continue;
      const back = error.reduce((total, e, c) => total + e * (weights.outputWeight[c * hidden + h] as number), 0);
      const d = Math.floor(back / 2 ** ERROR_SHIFT);
      for (let i = 0; i < inputs; i++) hiddenWeight[h * inputs + i]! -= d * (counts[i] as number);
      const kept = Math.floor(value / 2 ** (slot - 1 - KEPT_BITS));
      for (const [c, e] of error.entries()) outputWeight[c * hidden + h]! -= e * kept;
    }
  }
  for (const values of [hiddenWeight, outputWeight]) {
    const at = values.findIndex((value) => value < -128 || value > 127);
    if (at >= 0) throw new CircuitError("UNFIT_WEIGHTS", `the step takes weight ${at} to ${values[at]}, out of int8`);
  }
  return {
    hiddenWeight: Int8Array.from(hiddenWeight),
    hiddenBias: weights.hiddenBias,
    outputWeight: Int8Array.from(outputWeight),
    outputBias: weights.outputBias,
  };
}
