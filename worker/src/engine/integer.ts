import type { Classification } from "@freehold/sdk";
import type { NgramMlpArchitecture } from "./architecture.js";
import { argmax, type InferenceEngine } from "./engine.js";
import { EngineError } from "./errors.js";
import { Featuriser } from "./featuriser.js";
import { parseInput, parseIntegers } from "./input.js";
import type { MlpWeights } from "./mlp-weights.js";

/** |logit| stays below 2^38: what the circuits decompose, far inside the 2^53 of exact doubles. */
const LOGIT_BITS = 38;

/** Name of the input when a request brings counts instead of text. */
const INPUT_NAME = "counts";

/**
 * The arithmetic that circuit and chain repeat: pre = W1 x + b1, a = max(pre, 0), logits = W2 a + b2, all exact integers, never
 * re-quantised; the class is the greatest logit, of equal ones the lowest.
 */
export class IntegerEngine implements InferenceEngine {
  readonly kind = "integer";
  readonly architecture: NgramMlpArchitecture;
  readonly weights: MlpWeights;
  readonly #featuriser: Featuriser;

  /** @throws EngineError `BAD_WEIGHTS`, `OUT_OF_BOUNDS` when some input could leave the static bounds */
  constructor(architecture: NgramMlpArchitecture, weights: MlpWeights) {
    assertSizes(architecture, weights);
    assertBounds(architecture, weights);
    this.architecture = architecture;
    this.weights = weights;
    this.#featuriser = new Featuriser(architecture.featuriser, architecture.vocabulary);
  }

  infer(input: unknown): Classification {
    return this.classify(this.counts(input));
  }

  /** What the model sees of a request's input. @throws EngineError `BAD_INPUT` */
  counts(input: unknown): ArrayLike<number> {
    const parsed = parseInput(input);
    return "text" in parsed ? this.features(parsed.text) : this.#countsOf(parsed.tensors);
  }

  /** The answer to counts. @throws EngineError `BAD_INPUT` */
  classify(counts: ArrayLike<number>): Classification {
    const logits = this.logits(counts);
    const best = argmax(logits);
    return { label: this.architecture.labels[best] as string, class: best, logits: logits.map(String) };
  }

  /** The counts that the model sees of a text. @throws EngineError `BAD_INPUT` */
  features(text: string): Uint8Array {
    return this.#featuriser.counts(text);
  }

  /**
   * Exact logits, as safe integers.
   * @param counts one of 0..maxCount for each input
   * @throws EngineError `BAD_INPUT`
   */
  logits(counts: ArrayLike<number>): number[] {
    const { inputs, hidden, classes, featuriser } = this.architecture;
    const { hiddenWeight, hiddenBias, outputWeight, outputBias } = this.weights;
    if (counts.length !== inputs) {
      throw new EngineError("BAD_INPUT", `the model takes ${inputs} counts, not ${counts.length}`, { inputs });
    }
    const pre = Float64Array.from(hiddenBias);
    for (let i = 0; i < inputs; i++) {
      const count = counts[i] as number;
      if (count === 0) continue;
      if (!Number.isInteger(count) || count < 0 || count > featuriser.maxCount) {
        throw new EngineError("BAD_INPUT", `count ${i} is not an integer from 0 to ${featuriser.maxCount}`, {
          index: i,
        });
      }
      for (let h = 0; h < hidden; h++) {
        pre[h] = (pre[h] as number) + (hiddenWeight[h * inputs + i] as number) * count;
      }
    }
    return Array.from({ length: classes }, (_, c) => {
      let sum = outputBias[c] as number;
      for (let h = 0; h < hidden; h++) {
        sum += (outputWeight[c * hidden + h] as number) * Math.max(pre[h] as number, 0);
      }
      return sum;
    });
  }

  async close(): Promise<void> {}

  #countsOf(tensors: Parameters<typeof parseIntegers>[0]): number[] {
    const { inputs, featuriser } = this.architecture;
    return parseIntegers(tensors, INPUT_NAME, inputs, featuriser.maxCount);
  }
}

function assertSizes({ inputs, hidden, classes }: NgramMlpArchitecture, weights: MlpWeights): void {
  const sizes = {
    hiddenWeight: hidden * inputs,
    hiddenBias: hidden,
    outputWeight: classes * hidden,
    outputBias: classes,
  };
  for (const [name, size] of Object.entries(sizes) as [keyof MlpWeights, number][]) {
    if (weights[name].length === size) continue;
    throw new EngineError("BAD_WEIGHTS", `${name} has ${weights[name].length} elements, not ${size}`, { tensor: name });
  }
}

/**
 * Proves before the first request that no input leaves the bounds of reference arithmetic: |pre| < 2^(ceil(log2 inputs) + 12),
 * |logit| < 2^38. Int8 weights alone keep them; a bias could break them.
 */
function assertBounds(architecture: NgramMlpArchitecture, weights: MlpWeights): void {
  const { inputs, hidden, classes, featuriser } = architecture;
  const preLimit = 2 ** (Math.ceil(Math.log2(inputs)) + 12);
  const highest = new Float64Array(hidden);
  for (let h = 0; h < hidden; h++) {
    let low = weights.hiddenBias[h] as number;
    let high = low;
    for (let i = 0; i < inputs; i++) {
      const w = weights.hiddenWeight[h * inputs + i] as number;
      if (w > 0) high += w * featuriser.maxCount;
      else low += w * featuriser.maxCount;
    }
    if (high >= preLimit || low <= -preLimit) throw outOfBounds("hidden.bias", h, preLimit);
    highest[h] = Math.max(high, 0);
  }
  for (let c = 0; c < classes; c++) {
    let reach = Math.abs(weights.outputBias[c] as number);
    for (let h = 0; h < hidden; h++) {
      reach += Math.abs(weights.outputWeight[c * hidden + h] as number) * (highest[h] as number);
    }
    if (reach >= 2 ** LOGIT_BITS) throw outOfBounds("output.bias", c, 2 ** LOGIT_BITS);
  }
}

function outOfBounds(tensor: string, row: number, limit: number): EngineError {
  return new EngineError(
    "OUT_OF_BOUNDS",
    `row ${row} of ${tensor} lets a sum reach ${limit}, where exactness is not proven`,
    {
      tensor,
      row,
      limit,
    },
  );
}
