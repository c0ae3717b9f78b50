import type { Hex } from "../../hex.js";
import { quote, WeightsError } from "../errors.js";
import {
  type Elements,
  elementCount,
  elements,
  newElements,
  type Safetensors,
  type Tensor,
  tensorOf,
} from "../safetensors/tensor.js";
import { writeSafetensors } from "../safetensors/writer.js";
import { addDifference, checkShape, difference, dtypeError, type PositionOf } from "./difference.js";
import { baseTensor, changedTensors, contentsOf, type WeightsFile } from "./file.js";
import { type DeltaExtras, deltaMetadata } from "./metadata.js";

export interface DeltaOptions extends DeltaExtras {
  /** Version hash of the parent, or weights root of the base: what the delta may be applied to. */
  readonly base: Hex;
}

const INDICES = ".indices";
const VALUES = ".values";

/**
 * Dense delta: for every tensor that changed, `<name>` with a difference for each element.
 * @returns the delta's file; applying it to `base` gives `tuned` back bit for bit
 * @throws WeightsError when the two files do not have the same tensors, or a difference cannot be expressed
 */
export function createDense(base: WeightsFile, tuned: WeightsFile, options: DeltaOptions): Uint8Array<ArrayBuffer> {
  const tensors = new Map<string, Tensor>();
  for (const { name, before, after } of changedTensors(contentsOf(base), contentsOf(tuned))) {
    tensors.set(name, difference(name, before, after));
  }
  return writeSafetensors({
    tensors,
    metadata: deltaMetadata({ kind: "dense", base: options.base }, options),
  });
}

/**
 * Sparse delta: for every tensor that changed, `<name>.indices` (row-major positions, strictly ascending; U32, or U64 for
 * tensors of more than 2^32 elements) and `<name>.values` (the differences there).
 * @returns the delta's file; applying it to `base` gives `tuned` back bit for bit
 * @throws WeightsError as {@link createDense}
 */
export function createSparse(base: WeightsFile, tuned: WeightsFile, options: DeltaOptions): Uint8Array<ArrayBuffer> {
  const tensors = new Map<string, Tensor>();
  for (const { name, before, after } of changedTensors(contentsOf(base), contentsOf(tuned))) {
    const { indices, values } = sparsePart(difference(name, before, after));
    tensors.set(name + INDICES, indices);
    tensors.set(name + VALUES, values);
  }
  return writeSafetensors({
    tensors,
    metadata: deltaMetadata({ kind: "sparse", base: options.base }, options),
  });
}

function sparsePart(dense: Tensor): { indices: Tensor; values: Tensor } {
  const diffs: Elements = elements(dense);
  let count = 0;
  for (let i = 0; i < diffs.length; i++) if (diffs[i] !== 0 && diffs[i] !== 0n) count++;
  const wide = diffs.length > 2 ** 32;
  const indexView = newElements(wide ? "U64" : "U32", count);
  const valueView = newElements(dense.dtype, count);
  const indices: Elements = indexView;
  const values: Elements = valueView;
  for (let i = 0, j = 0; i < diffs.length; i++) {
    const d = diffs[i] as number | bigint;
    if (d === 0 || d === 0n) continue;
    indices[j] = wide ? BigInt(i) : i;
    values[j++] = d;
  }
  return {
    indices: tensorOf(wide ? "U64" : "U32", [count], indexView),
    values: tensorOf(dense.dtype, [count], valueView),
  };
}

/** The tensors that a dense delta changes. */
export function applyDense(base: Safetensors, delta: Safetensors): Map<string, Tensor> {
  const changed = new Map<string, Tensor>();
  for (const [name, diff] of delta.tensors) {
    const before = baseTensor(base, name);
    checkShape(name, diff.shape, before.shape);
    changed.set(name, addDifference(name, before, diff));
  }
  return changed;
}

/** The tensors that a sparse delta changes. */
export function applySparse(base: Safetensors, delta: Safetensors): Map<string, Tensor> {
  const changed = new Map<string, Tensor>();
  for (const [name, tensor] of delta.tensors) {
    if (name.endsWith(VALUES)) {
      part(delta, name.slice(0, -VALUES.length), INDICES);
      continue;
    }
    if (!name.endsWith(INDICES)) throw nameError(name);
    const target = name.slice(0, -INDICES.length);
    const values = part(delta, target, VALUES);
    const before = baseTensor(base, target);
    checkShape(target, values.shape, [elementCount(tensor.shape)]);
    const positions = checkedPositions(target, tensor, elementCount(before.shape));
    changed.set(target, addDifference(target, before, values, positions));
  }
  return changed;
}

function part(delta: Safetensors, target: string, suffix: string): Tensor {
  const tensor = delta.tensors.get(target + suffix);
  if (tensor !== undefined) return tensor;
  throw new WeightsError("WEIGHTS_DELTA_FORMAT", `the sparse delta lacks tensor ${quote(target + suffix)}`, {
    details: { tensor: (target + suffix).slice(0, 120) },
    hint: "A sparse delta has .indices and .values for every tensor.",
  });
}

function checkedPositions(name: string, tensor: Tensor, count: number): PositionOf {
  if (tensor.dtype !== "U32" && tensor.dtype !== "U64") throw dtypeError(name + INDICES, tensor.dtype, ["U32", "U64"]);
  checkShape(name + INDICES, tensor.shape, [elementCount(tensor.shape)]);
  const indices: Elements = elements(tensor);
  let last = -1;
  for (let j = 0; j < indices.length; j++) {
    const index = indices[j] as number | bigint;
    if (index <= last || index >= count) {
      throw new WeightsError(
        "WEIGHTS_DELTA_INDICES",
        `index ${j} of tensor ${quote(name)} is ${index}: not above ${last} and below ${count}`,
        {
          details: { tensor: name.slice(0, 120), position: j, index: String(index), previous: last, count },
          hint: "Indices ascend strictly and stay within the tensor.",
        },
      );
    }
    last = Number(index);
  }
  return (j) => Number(indices[j]);
}

function nameError(name: string): WeightsError {
  return new WeightsError("WEIGHTS_DELTA_FORMAT", `a sparse delta cannot have a tensor ${quote(name)}`, {
    details: { tensor: name.slice(0, 120) },
    hint: "Its tensors end in .indices and .values.",
  });
}
