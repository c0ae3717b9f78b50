import { createHash } from "node:crypto";
import type { Shape } from "@freehold/circuits";
import type { CommitmentSecrets } from "@freehold/sdk/weights";
import {
  encodeArchitecture,
  encodeMlpWeights,
  Featuriser,
  IntegerEngine,
  type MlpWeights,
  type NgramMlpArchitecture,
} from "@freehold/worker/engine";
import type { Headline } from "./csv.ts";

/** A classifier in integers, as nodes serve it. */
export interface Model {
  readonly architecture: NgramMlpArchitecture;
  readonly weights: MlpWeights;
}

export interface Evaluation {
  readonly rows: number;
  readonly correct: number;
  /** correct / rows; 0 without rows. */
  readonly accuracy: number;
  /** confusion[truth][answer] counts rows. */
  readonly confusion: readonly (readonly number[])[];
}

export function featuriserOf({ architecture }: Model): Featuriser {
  return new Featuriser(architecture.featuriser, architecture.vocabulary);
}

/** The bytes of the two files that a model is deployed as, with what blinds its commitments where it has some. */
export function modelFiles(
  { architecture, weights }: Model,
  commitment?: CommitmentSecrets,
): { architecture: Uint8Array; weights: Uint8Array } {
  return {
    architecture: encodeArchitecture(architecture),
    weights: encodeMlpWeights(architecture, weights, commitment),
  };
}

/** Shape of its circuits. */
export function shapeOf({ architecture: { inputs, hidden, classes } }: Model): Shape {
  return { inputs, hidden, classes };
}

/** Hex SHA-256 of the model file. */
export function weightsDigest(model: Model): string {
  return createHash("sha256").update(modelFiles(model).weights).digest("hex");
}

/** The class that the model answers. */
export function classify(model: Model): (text: string) => number {
  const engine = new IntegerEngine(model.architecture, model.weights);
  return (text) => engine.infer({ text }).class;
}

/** Measures a model with the engine that nodes run. */
export function evaluate(model: Model, rows: readonly Headline[]): Evaluation {
  const { classes } = model.architecture;
  const answer = classify(model);
  const confusion = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  let correct = 0;
  for (const { text, label } of rows) {
    const answered = answer(text);
    const counts = confusion[label] as number[];
    counts[answered] = (counts[answered] as number) + 1;
    if (answered === label) correct++;
  }
  return { rows: rows.length, correct, accuracy: rows.length === 0 ? 0 : correct / rows.length, confusion };
}
