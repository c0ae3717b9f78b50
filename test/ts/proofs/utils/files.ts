import type { ModelWeights } from "@freehold/circuits";
import { commitmentsOf, type ModelAnchor, type VersionCommitments } from "@freehold/sdk";
import { commitmentMetadata, readSafetensors, weightsRoot, writeSafetensors } from "@freehold/sdk/weights";
import {
  architectureHash,
  encodeArchitecture,
  encodeMlpWeights,
  type MlpWeights,
  type NgramMlpArchitecture,
} from "@freehold/worker/engine";
import { SHAPE } from "./kits.ts";

/** The architecture of the stage's shape. */
export const ARCHITECTURE: NgramMlpArchitecture = {
  type: "freehold.ngram-mlp",
  version: 1,
  ...SHAPE,
  labels: Array.from({ length: SHAPE.classes }, (_, i) => `class ${i}`),
  featuriser: { type: "freehold.ngrams", version: 1, maxCount: 15, stripAttribution: false },
  fractionBits: { hidden: 0, output: 0 },
  vocabulary: Array.from({ length: SHAPE.inputs }, (_, i) => `word${i}`),
};

/** A base as its owner makes it: commitments first, their secrets into the file, then the file's hash. */
export async function baseFile(weights: ModelWeights) {
  const made = await commitmentsOf(SHAPE, weights);
  const file = modelFile(weights, commitmentMetadata(made));
  const architecture = encodeArchitecture(ARCHITECTURE);
  return { ...made, weights, file, architecture, anchor: await anchorFor(file, architecture, made) };
}

/** The same model with other weights, to be compared with it. */
export function tunedFile(base: Uint8Array, weights: ModelWeights): Uint8Array {
  return modelFile(weights, readSafetensors(base).metadata);
}

function modelFile(weights: ModelWeights, metadata: ReadonlyMap<string, string> = new Map()): Uint8Array {
  const { tensors } = readSafetensors(encodeMlpWeights(ARCHITECTURE, weights as MlpWeights));
  return writeSafetensors({ tensors, metadata });
}

async function anchorFor(file: Uint8Array, bytes: Uint8Array, made: VersionCommitments): Promise<ModelAnchor> {
  const { root, byteLength } = await weightsRoot(file);
  const { commitments } = made;
  return { weightsRoot: root, byteLength: BigInt(byteLength), architectureHash: architectureHash(bytes), commitments };
}
