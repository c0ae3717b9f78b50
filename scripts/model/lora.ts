import type { LoraAdapter } from "@freehold/sdk/weights";
import { tensorOf } from "@freehold/sdk/weights";
import type { Headline } from "./csv.ts";
import type { FineTuneOptions } from "./finetune.ts";
import { Random } from "./math.ts";
import { Adam, accumulate, batches, copyMlp, type Mlp, PARAMETERS, zeros } from "./mlp.ts";
import { featuriserOf, type Model } from "./model.ts";
import { dequantise } from "./quantise.ts";
import { vectorise } from "./sparse.ts";

export interface LoraFineTuneOptions extends FineTuneOptions {
  readonly rank: number;
}

/** alpha / rank multiplies the product of the factors. */
export const LORA_ALPHA = 16;

const RATE = 0.03;

/**
 * Low-rank fine-tune of the hidden layer (Hu et al., arXiv 2106.09685): W + (alpha / rank) B A, biases and the output layer as
 * they are. The factors are in units of the stored int8 weights, which is what a LoRA delta adds to.
 * @returns adapters for `createLora`, whose alpha is {@link LORA_ALPHA}
 */
export function fineTuneLora(
  base: Model,
  rows: readonly Headline[],
  options: LoraFineTuneOptions,
): Map<string, LoraAdapter> {
  const { inputs, hidden, fractionBits } = base.architecture;
  const { rank } = options;
  const random = new Random(options.seed);
  const origin = dequantise(base.architecture, base.weights);
  const model = copyMlp(origin);
  const gradient = zeros(model);
  const down = Float64Array.from({ length: rank * inputs }, () => random.normal());
  const up = new Float64Array(hidden * rank);
  const downGradient = new Float64Array(down.length);
  const upGradient = new Float64Array(up.length);
  const downAdam = new Adam(down.length);
  const upAdam = new Adam(up.length);
  const scale = LORA_ALPHA / rank / 2 ** fractionBits.hidden;
  const vectors = vectorise(rows, featuriserOf(base));
  for (const { batch, rate } of batches(vectors, { epochs: options.epochs, batch: 16, rate: RATE }, random)) {
    for (const name of PARAMETERS) gradient[name].fill(0);
    for (const r of batch) accumulate(model, gradient, vectors, r, 1 / batch.length);
    addAnchor(gradient.hiddenWeight, model.hiddenWeight, origin.hiddenWeight, options.l2ToBase);
    projectGradient(gradient, { down, up, rank, scale }, downGradient, upGradient);
    downAdam.step(down, downGradient, rate);
    upAdam.step(up, upGradient, rate);
    addProduct(model, origin, { down, up, rank, scale });
  }
  shrinkToRange(base, { down, up, rank, scale: LORA_ALPHA / rank });
  const adapter = {
    A: tensorOf("F32", [rank, inputs], Float32Array.from(down)),
    B: tensorOf("F32", [hidden, rank], Float32Array.from(up)),
  };
  return new Map([["hidden.weight", adapter]]);
}

interface Factors {
  /** rank x inputs */
  readonly down: Float64Array;
  /** hidden x rank */
  readonly up: Float64Array;
  readonly rank: number;
  readonly scale: number;
}

/** Chain rule through W = W0 + scale B A: dA = scale B^T G, dB = scale G A^T. */
function projectGradient(gradient: Mlp, factors: Factors, downGradient: Float64Array, upGradient: Float64Array): void {
  const { inputs, hidden } = gradient;
  const { down, up, rank, scale } = factors;
  downGradient.fill(0);
  upGradient.fill(0);
  for (let i = 0; i < inputs; i++) {
    for (let h = 0; h < hidden; h++) {
      const g = scale * (gradient.hiddenWeight[i * hidden + h] as number);
      if (g === 0) continue;
      for (let k = 0; k < rank; k++) {
        const d = k * inputs + i;
        const u = h * rank + k;
        downGradient[d] = (downGradient[d] as number) + g * (up[u] as number);
        upGradient[u] = (upGradient[u] as number) + g * (down[d] as number);
      }
    }
  }
}

function addProduct(model: Mlp, origin: Mlp, { down, up, rank, scale }: Factors): void {
  const { inputs, hidden } = model;
  for (let i = 0; i < inputs; i++) {
    for (let h = 0; h < hidden; h++) {
      let sum = 0;
      for (let k = 0; k < rank; k++) sum += (up[h * rank + k] as number) * (down[k * inputs + i] as number);
      model.hiddenWeight[i * hidden + h] = (origin.hiddenWeight[i * hidden + h] as number) + scale * sum;
    }
  }
}

function addAnchor(gradient: Float64Array, weights: Float64Array, origin: Float64Array, l2: number): void {
  for (let i = 0; i < weights.length; i++) {
    gradient[i] = (gradient[i] as number) + l2 * ((weights[i] as number) - (origin[i] as number));
  }
}

/** Scales a neuron's row of B down until all of its weights fit int8; `scale` is in stored units. */
function shrinkToRange({ architecture, weights }: Model, { down, up, rank, scale }: Factors): void {
  const { inputs, hidden } = architecture;
  for (let h = 0; h < hidden; h++) {
    let factor = 1;
    for (let i = 0; i < inputs; i++) {
      let change = 0;
      for (let k = 0; k < rank; k++) change += scale * (up[h * rank + k] as number) * (down[k * inputs + i] as number);
      const stored = weights.hiddenWeight[h * inputs + i] as number;
      const room = change > 0 ? 127 - stored : 127 + stored;
      if (Math.abs(change) > room) factor = Math.min(factor, room / Math.abs(change));
    }
    for (let k = 0; k < rank; k++) up[h * rank + k] = (up[h * rank + k] as number) * factor;
  }
}
