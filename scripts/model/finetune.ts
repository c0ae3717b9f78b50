import type { Headline } from "./csv.ts";
import { Random } from "./math.ts";
import { fitMlp } from "./mlp.ts";
import { featuriserOf, type Model } from "./model.ts";
import { dequantise, quantise, weightLimits } from "./quantise.ts";
import { vectorise } from "./sparse.ts";

export interface FineTuneOptions {
  /** Coefficient of (l2ToBase / 2) ||w - base||^2: keeps what the rows say nothing about. 0 lets the model drift. */
  readonly l2ToBase: number;
  readonly epochs: number;
  readonly seed: number;
}

/** Chosen by five-fold cross-validation on the analyst's training and validation rows of both data sets. */
export const FINE_TUNE: FineTuneOptions = { l2ToBase: 0.06, epochs: 15, seed: 1 };

/**
 * Continues training from a model's integers, and rounds to integers of the same scale: the difference is a delta of the base.
 * The architecture stays.
 */
export function fineTune(base: Model, rows: readonly Headline[], options: FineTuneOptions): Model {
  const { architecture } = base;
  const anchor = dequantise(architecture, base.weights);
  const fit = {
    epochs: options.epochs,
    batch: 16,
    rate: 0.005,
    l2: options.l2ToBase,
    anchor,
    limit: weightLimits(architecture.fractionBits),
  };
  const tuned = fitMlp(anchor, vectorise(rows, featuriserOf(base)), fit, new Random(options.seed));
  return { architecture, weights: quantise(tuned, architecture.fractionBits) };
}
