import { type FeaturiserSpec, ngrams, tokenise } from "@freehold/worker/engine";
import type { Headline } from "./csv.ts";
import { fitLogistic } from "./logistic.ts";
import { type SparseRows, sparseRows } from "./sparse.ts";

export interface SelectOptions {
  readonly size: number;
  readonly classes: number;
  /** L2 penalty of the regression that scores. */
  readonly l2: number;
}

/** Share of the n-grams that survives one round. */
const KEEP = 0.75;

/**
 * Chooses a vocabulary by recursive elimination: fit a regression, score each n-gram by the norm of its centred weights times
 * the deviation of its presence, drop the lowest quarter, fit again. N-grams of a single row are no candidates, unless there
 * are too few others.
 * @returns `size` n-grams in code unit order
 */
export function selectVocabulary(
  rows: readonly Headline[],
  featuriser: FeaturiserSpec,
  options: SelectOptions,
): string[] {
  const grams = rows.map(({ text }) => ngrams(tokenise(text, featuriser.stripAttribution)));
  const frequency = new Map<string, number>();
  for (const row of grams) for (const gram of new Set(row)) frequency.set(gram, (frequency.get(gram) ?? 0) + 1);
  let vocabulary = candidates(frequency, options.size);
  while (vocabulary.length > options.size) {
    const counted = countRows(rows, grams, vocabulary);
    const weights = fitLogistic(counted, { classes: options.classes, l2: options.l2, iterations: 60 });
    const scores = vocabulary.map((gram, i) => {
      const presence = (frequency.get(gram) as number) / rows.length;
      return spread(weights, i, vocabulary.length + 1, options.classes) * Math.sqrt(presence * (1 - presence));
    });
    const keep = Math.max(options.size, Math.floor(vocabulary.length * KEEP));
    const order = vocabulary.map((_, i) => i).sort((a, b) => (scores[b] as number) - (scores[a] as number) || a - b);
    const kept = new Set(order.slice(0, keep));
    vocabulary = vocabulary.filter((_, i) => kept.has(i));
  }
  return vocabulary;
}

function candidates(frequency: ReadonlyMap<string, number>, size: number): string[] {
  const all = [...frequency.keys()].sort((a, b) => (a < b ? -1 : 1));
  const repeated = all.filter((gram) => (frequency.get(gram) as number) > 1);
  if (repeated.length >= size) return repeated;
  const once = all.filter((gram) => frequency.get(gram) === 1).slice(0, size - repeated.length);
  return [...repeated, ...once].sort((a, b) => (a < b ? -1 : 1));
}

function countRows(rows: readonly Headline[], grams: readonly string[][], vocabulary: readonly string[]): SparseRows {
  const index = new Map(vocabulary.map((gram, i) => [gram, i]));
  const counted = rows.map(({ label }, r) => {
    const counts = new Map<number, number>();
    for (const gram of grams[r] as string[]) {
      const i = index.get(gram);
      if (i !== undefined) counts.set(i, (counts.get(i) ?? 0) + 1);
    }
    return { counts, label };
  });
  return sparseRows(counted, vocabulary.length);
}

/** Norm of one input's weights after centring over the classes. */
function spread(weights: Float64Array, input: number, stride: number, classes: number): number {
  let sum = 0;
  let squares = 0;
  for (let c = 0; c < classes; c++) {
    const w = weights[c * stride + input] as number;
    sum += w;
    squares += w * w;
  }
  // Rounding can leave a tiny negative number for equal weights.
  return Math.sqrt(Math.max(squares - (sum * sum) / classes, 0));
}
