import type { Hex } from "../../hex.js";
import { WeightsError } from "../errors.js";
import { normalizeHash } from "../hash-hex.js";
import type { Safetensors, Tensor } from "../safetensors/tensor.js";
import { writeSafetensors } from "../safetensors/writer.js";
import { applyDense, applySparse } from "./elementwise.js";
import { contentsOf, deltaContentsOf, type WeightsFile } from "./file.js";
import { applyLora } from "./lora.js";
import { type DeltaMetadata, readDeltaMetadata } from "./metadata.js";

export interface ApplyOptions {
  /** What the weights are: the version hash of the delta's parent, or the weights root of its base. */
  readonly expectedBase: Hex;
}

/**
 * Applies one delta. The result has the base's metadata and shares the memory of the tensors that did not change.
 * @throws WeightsError WEIGHTS_DELTA_BASE when the delta was made for something else; and see the formats
 */
export function applyDelta(base: WeightsFile, delta: WeightsFile, { expectedBase }: ApplyOptions): Safetensors {
  const before = contentsOf(base);
  const file = deltaContentsOf(delta);
  const metadata = readDeltaMetadata(file);
  const expected = normalizeHash(expectedBase, "expectedBase");
  if (metadata.base !== expected) {
    throw new WeightsError("WEIGHTS_DELTA_BASE", `the delta is for base ${metadata.base}, not for ${expected}`, {
      details: { expected, actual: metadata.base },
      hint: "Apply the deltas of one line in order, to the weights that they were made for.",
    });
  }
  const changed = changedBy(metadata, before, file);
  return { ...before, tensors: new Map([...before.tensors].map(([name, old]) => [name, changed.get(name) ?? old])) };
}

/** A delta and what it must have been made for. */
export interface DeltaStep extends ApplyOptions {
  readonly delta: WeightsFile;
}

/**
 * Applies the deltas of a line in order.
 * @returns the file of the effective weights in canonical form: the same bytes on every machine
 */
export function applyDeltas(base: WeightsFile, steps: Iterable<DeltaStep>): Uint8Array<ArrayBuffer> {
  let weights = contentsOf(base);
  for (const step of steps) weights = applyDelta(weights, step.delta, step);
  return writeSafetensors(weights);
}

function changedBy({ kind, alpha }: DeltaMetadata, base: Safetensors, delta: Safetensors): Map<string, Tensor> {
  if (kind === "dense") return applyDense(base, delta);
  return kind === "sparse" ? applySparse(base, delta) : applyLora(base, delta, alpha);
}
