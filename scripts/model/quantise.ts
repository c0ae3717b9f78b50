import type { MlpWeights, NgramMlpArchitecture } from "@freehold/worker/engine";
import type { Mlp } from "./mlp.ts";

type Shape = Pick<NgramMlpArchitecture, "inputs" | "hidden" | "classes" | "fractionBits">;

/** Greatest magnitude of an int8 weight; -128 stays unused, so that the range is symmetric. */
const LIMIT = 127;

/** The finest power-of-two scale on which each layer's weights fit int8. */
export function fractionBits(mlp: Mlp): NgramMlpArchitecture["fractionBits"] {
  return { hidden: finestBits(mlp.hiddenWeight), output: finestBits(mlp.outputWeight) };
}

/** Greatest magnitudes that the scales hold. */
export function weightLimits(bits: NgramMlpArchitecture["fractionBits"]): { hidden: number; output: number } {
  return { hidden: LIMIT / 2 ** bits.hidden, output: LIMIT / 2 ** bits.output };
}

/** Rounds to the nearest weight, ties up; biases take the scale of the sums that they are added to. */
export function quantise(mlp: Mlp, bits: NgramMlpArchitecture["fractionBits"]): MlpWeights {
  const hiddenWeight = new Int8Array(mlp.inputs * mlp.hidden);
  for (let i = 0; i < mlp.inputs; i++) {
    for (let h = 0; h < mlp.hidden; h++) {
      hiddenWeight[h * mlp.inputs + i] = toInt8((mlp.hiddenWeight[i * mlp.hidden + h] as number) * 2 ** bits.hidden);
    }
  }
  return {
    hiddenWeight,
    hiddenBias: Int32Array.from(mlp.hiddenBias, (b) => Math.round(b * 2 ** bits.hidden)),
    outputWeight: Int8Array.from(mlp.outputWeight, (w) => toInt8(w * 2 ** bits.output)),
    outputBias: Int32Array.from(mlp.outputBias, (b) => Math.round(b * 2 ** (bits.hidden + bits.output))),
  };
}

/** The numbers that integer weights stand for; exact. */
export function dequantise(shape: Shape, weights: MlpWeights): Mlp {
  const { inputs, hidden, classes, fractionBits: bits } = shape;
  const hiddenWeight = new Float64Array(inputs * hidden);
  for (let h = 0; h < hidden; h++) {
    for (let i = 0; i < inputs; i++) {
      hiddenWeight[i * hidden + h] = (weights.hiddenWeight[h * inputs + i] as number) / 2 ** bits.hidden;
    }
  }
  return {
    inputs,
    hidden,
    classes,
    hiddenWeight,
    hiddenBias: Float64Array.from(weights.hiddenBias, (b) => b / 2 ** bits.hidden),
    outputWeight: Float64Array.from(weights.outputWeight, (w) => w / 2 ** bits.output),
    outputBias: Float64Array.from(weights.outputBias, (b) => b / 2 ** (bits.hidden + bits.output)),
  };
}

function finestBits(weights: Float64Array): number {
  let largest = 0;
  for (const w of weights) largest = Math.max(largest, Math.abs(w));
  let bits = 12;
  while (bits > 0 && largest * 2 ** bits > LIMIT + 0.49) bits--;
  return bits;
}

function toInt8(value: number): number {
  return Math.max(-LIMIT, Math.min(LIMIT, Math.round(value)));
}
