import { Featuriser } from "@freehold/worker/engine";
import type { Headline } from "./csv.ts";
import { type Dataset, rowsOf } from "./dataset.ts";
import { LABELS } from "./labels.ts";
import { Random } from "./math.ts";
import { fitMlp, type Mlp, randomMlp } from "./mlp.ts";
import { evaluate, type Model } from "./model.ts";
import { fractionBits, quantise } from "./quantise.ts";
import { selectVocabulary } from "./select.ts";
import { vectorise } from "./sparse.ts";

export const INPUTS = 512;
export const HIDDEN = 16;
export const DEFAULT_SEED = 1;

/** Penalties that the validation rows choose from. */
const L2_CHOICES = [0.002, 0.004, 0.008, 0.016] as const;

const FIT = { epochs: 16, batch: 32, rate: 0.007 } as const;

export interface BaseOptions {
  readonly seed?: number;
  /** Rows to learn from: the public ones, so that the analyst's stay private (default), or all. */
  readonly slice?: "public" | "all";
  readonly onProgress?: (message: string) => void;
}

export interface TrainedBase {
  readonly model: Model;
  /** Before quantisation. */
  readonly float: Mlp;
  /** The penalty that the validation rows chose. */
  readonly l2: number;
}

/**
 * Trains the base: chooses the penalty on the validation rows, then learns from training and validation rows together. The
 * test rows are not looked at. Equal data and seed give equal bytes on every machine.
 */
export function trainBase(dataset: Dataset, options: BaseOptions = {}): TrainedBase {
  const seed = options.seed ?? DEFAULT_SEED;
  const progress = options.onProgress ?? (() => {});
  const slice = options.slice === "all" ? {} : ({ slice: "public" } as const);
  const train = rowsOf(dataset, { split: "train", ...slice });
  const valid = rowsOf(dataset, { split: "valid", ...slice });
  progress(`choosing n-grams from ${train.length} training rows`);
  const withPenalty = prepare(dataset, train);
  let best = { l2: L2_CHOICES[0] as number, accuracy: -1 };
  for (const l2 of L2_CHOICES) {
    const { accuracy } = evaluate(withPenalty(l2, seed).model, valid);
    progress(`penalty ${l2}: ${(100 * accuracy).toFixed(1)} % of ${valid.length} validation rows`);
    if (accuracy > best.accuracy) best = { l2, accuracy };
  }
  const rows = [...train, ...valid];
  progress(`training on ${rows.length} rows with penalty ${best.l2}`);
  return { ...prepare(dataset, rows)(best.l2, seed), l2: best.l2 };
}

/** Chooses the vocabulary once; the result trains with a given penalty. */
function prepare(
  dataset: Dataset,
  rows: readonly Headline[],
): (l2: number, seed: number) => { model: Model; float: Mlp } {
  const classes = LABELS.length;
  // A penalty next to the mean loss weighs the same per row whatever the number of rows.
  const selected = selectVocabulary(rows, dataset.featuriser, { size: INPUTS, classes, l2: 2 / rows.length });
  // A small file may have fewer n-grams: names that no text contains keep the shape, which circuits are built for.
  const unused = Array.from({ length: INPUTS - selected.length }, (_, i) => `<unused ${i}>`);
  const vocabulary = [...selected, ...unused];
  const vectors = vectorise(rows, new Featuriser(dataset.featuriser, vocabulary));
  return (l2, seed) => {
    const random = new Random(seed);
    const start = randomMlp(vocabulary.length, HIDDEN, classes, random);
    const float = fitMlp(start, vectors, { ...FIT, l2 }, random);
    const bits = fractionBits(float);
    const architecture = {
      type: "freehold.ngram-mlp",
      version: 1,
      inputs: vocabulary.length,
      hidden: HIDDEN,
      classes,
      labels: LABELS,
      featuriser: dataset.featuriser,
      fractionBits: bits,
      vocabulary,
    } as const;
    return { model: { architecture, weights: quantise(float, bits) }, float };
  };
}
