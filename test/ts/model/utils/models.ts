import type { MlpWeights, NgramMlpArchitecture } from "@freehold/worker/engine";
import { trainBase } from "../../../../scripts/model/base.ts";
import { type Dataset, loadDataset } from "../../../../scripts/model/dataset.ts";
import type { Random } from "../../../../scripts/model/math.ts";

let trained: Promise<{ dataset: Dataset; base: ReturnType<typeof trainBase> }> | undefined;

/** The base of the default data, trained once for all test files. */
export function defaultBase() {
  trained ??= loadDataset().then((dataset) => ({ dataset, base: trainBase(dataset) }));
  return trained;
}

/** An architecture of any size with the vocabulary w0, w1, … */
export function smallArchitecture(inputs: number, hidden: number, classes: number): NgramMlpArchitecture {
  return {
    type: "freehold.ngram-mlp",
    version: 1,
    inputs,
    hidden,
    classes,
    labels: Array.from({ length: classes }, (_, c) => `class ${c}`),
    featuriser: { type: "freehold.ngrams", version: 1, maxCount: 15, stripAttribution: false },
    fractionBits: { hidden: 7, output: 7 },
    vocabulary: Array.from({ length: inputs }, (_, i) => `w${i}`),
  };
}

/** Weights over the whole range of int8, and biases that stay within the bounds of any size. */
export function randomWeights({ inputs, hidden, classes }: NgramMlpArchitecture, random: Random): MlpWeights {
  const int8 = () => random.below(256) - 128;
  const bias = () => random.below(4_001) - 2_000;
  return {
    hiddenWeight: Int8Array.from({ length: hidden * inputs }, int8),
    hiddenBias: Int32Array.from({ length: hidden }, bias),
    outputWeight: Int8Array.from({ length: classes * hidden }, int8),
    outputBias: Int32Array.from({ length: classes }, bias),
  };
}
