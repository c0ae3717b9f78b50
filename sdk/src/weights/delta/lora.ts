import type { Hex } from "../../hex.js";
import { quote, WeightsError } from "../errors.js";
import { type Dtype, isFloat } from "../safetensors/dtype.js";
import { notFiniteError } from "../safetensors/reader.js";
import { type Elements, elements, type Safetensors, type Tensor, tensorOf } from "../safetensors/tensor.js";
import { writeSafetensors } from "../safetensors/writer.js";
import { checkShape, dtypeError, integerRange, rangeError } from "./difference.js";
import type { DeltaOptions } from "./elementwise.js";
import { baseTensor, contentsOf, deltaContentsOf, type WeightsFile } from "./file.js";
import { floatCodec, floatElements, floatValues, roundHalfEven } from "./floats.js";
import { deltaMetadata } from "./metadata.js";

/** Low-rank change of one matrix [out, in]: W + (alpha / r) · B · A (Hu et al., arXiv 2106.09685). */
export interface LoraAdapter {
  /** [r, in], of a float type. */
  readonly A: Tensor;
  /** [out, r], of a float type. */
  readonly B: Tensor;
  /** Default: the file's alpha. */
  readonly alpha?: number;
}

export interface LoraOptions extends DeltaOptions {
  /** For adapters without their own. */
  readonly alpha?: number;
}

const SUFFIX_A = ".lora_A";
const SUFFIX_B = ".lora_B";
const SUFFIX_ALPHA = ".alpha";
const FACTOR_DTYPES: readonly Dtype[] = ["F16", "BF16", "F32", "F64"];
const TARGET_DTYPES: readonly Dtype[] = [...FACTOR_DTYPES, "I8", "U8", "I16", "U16", "I32", "U32"];

/**
 * LoRA delta: `<name>.lora_A`, `<name>.lora_B` and, where an adapter has its own, `<name>.alpha` (a scalar). It is applied
 * once to see that it fits the base.
 * @param adapters by the name of the tensor that they change
 * @throws WeightsError when an adapter does not fit the base, or a result leaves its range
 */
export function createLora(
  base: WeightsFile,
  adapters: ReadonlyMap<string, LoraAdapter>,
  options: LoraOptions,
): Uint8Array<ArrayBuffer> {
  const tensors = new Map<string, Tensor>();
  for (const [name, { A, B, alpha }] of adapters) {
    tensors.set(name + SUFFIX_A, A);
    tensors.set(name + SUFFIX_B, B);
    if (alpha !== undefined) tensors.set(name + SUFFIX_ALPHA, tensorOf("F64", [], Float64Array.of(alpha)));
  }
  const { base: hash, alpha } = options;
  const kind = { kind: "lora", base: hash as Hex, ...(alpha === undefined ? {} : { alpha }) } as const;
  const delta = { tensors, metadata: deltaMetadata(kind, options) };
  applyLora(contentsOf(base), deltaContentsOf(delta), alpha);
  return writeSafetensors(delta);
}

/** The tensors that a LoRA delta changes. */
export function applyLora(base: Safetensors, delta: Safetensors, fileAlpha?: number): Map<string, Tensor> {
  const changed = new Map<string, Tensor>();
  for (const name of delta.tensors.keys()) {
    const suffix = [SUFFIX_A, SUFFIX_B, SUFFIX_ALPHA].find((known) => name.endsWith(known));
    if (suffix === undefined) throw formatError(`a LoRA delta cannot have a tensor ${quote(name)}`, name);
    const target = name.slice(0, -suffix.length);
    // Every part must belong to a pair; the first that comes applies it.
    if (!changed.has(target)) changed.set(target, applyAdapter(base, delta, target, fileAlpha));
  }
  return changed;
}

function applyAdapter(base: Safetensors, delta: Safetensors, name: string, fileAlpha?: number): Tensor {
  const before = baseTensor(base, name);
  if (!TARGET_DTYPES.includes(before.dtype)) throw dtypeError(name, before.dtype, TARGET_DTYPES);
  const A = factor(delta, name + SUFFIX_A);
  const B = factor(delta, name + SUFFIX_B);
  const [out, inner] = before.shape;
  const rank = A.shape[0] ?? 0;
  if (out === undefined || inner === undefined || before.shape.length !== 2 || rank === 0) {
    throw formatError(`LoRA changes matrices by factors of rank 1 or more; ${quote(name)} is [${before.shape}]`, name);
  }
  checkShape(name + SUFFIX_A, A.shape, [rank, inner]);
  checkShape(name + SUFFIX_B, B.shape, [out, rank]);
  const scale = alphaOf(delta, name, fileAlpha) / rank;
  return addProduct(name, before, floatValues(A), floatValues(B), { out, inner, rank, scale });
}

/**
 * W + scale · B · A in binary64: for each element the products are summed in ascending k from zero, the sum is multiplied by
 * the scale and added to the element, and the result is rounded once (ties to even) to the tensor's type. Where the scaled
 * sum is zero the element's bits stay. No operation may be fused or reordered, so the bytes are the same everywhere.
 */
function addProduct(
  name: string,
  base: Tensor,
  A: Float64Array,
  B: Float64Array,
  { out, inner, rank, scale }: { out: number; inner: number; rank: number; scale: number },
): Tensor {
  // Not slice(): that of a Buffer shares its memory.
  const copy = { ...base, data: new Uint8Array(base.data) };
  const view = elements(copy);
  const add = adder(name, base.dtype, view as Elements & { [index: number]: number });
  const sums = new Float64Array(inner);
  for (let row = 0; row < out; row++) {
    sums.fill(0);
    for (let k = 0; k < rank; k++) {
      const b = B[row * rank + k] as number;
      const offset = k * inner;
      for (let column = 0; column < inner; column++) {
        sums[column] = (sums[column] as number) + b * (A[offset + column] as number);
      }
    }
    for (let column = 0; column < inner; column++) {
      const change = scale * (sums[column] as number);
      if (change !== 0) add(row * inner + column, change);
    }
  }
  return tensorOf(base.dtype, base.shape, view);
}

/** Adds to one element with the rounding and the range of its type. */
function adder(name: string, dtype: Dtype, values: { [index: number]: number }): (i: number, change: number) => void {
  if (isFloat(dtype)) {
    const { decode, encode } = floatCodec(dtype);
    return (i, change) => {
      const stored = encode(decode(values[i] as number) + change);
      if (!Number.isFinite(decode(stored))) throw notFiniteError(name, i);
      values[i] = stored;
    };
  }
  const [least, greatest] = integerRange(dtype).map(Number) as [number, number];
  return (i, change) => {
    const rounded = roundHalfEven((values[i] as number) + change);
    if (!(rounded >= least && rounded <= greatest)) throw rangeError(name, i, rounded, dtype);
    values[i] = rounded;
  };
}

type FloatTensor = Parameters<typeof floatValues>[0];

function factor(delta: Safetensors, name: string): FloatTensor {
  const tensor = delta.tensors.get(name);
  if (tensor === undefined) throw formatError(`the LoRA delta lacks tensor ${quote(name)}`, name);
  if (!isFloat(tensor.dtype)) throw dtypeError(name, tensor.dtype, FACTOR_DTYPES);
  return { ...tensor, dtype: tensor.dtype };
}

function alphaOf(delta: Safetensors, name: string, fileAlpha?: number): number {
  const tensor = delta.tensors.has(name + SUFFIX_ALPHA) ? factor(delta, name + SUFFIX_ALPHA) : undefined;
  if (tensor !== undefined) {
    checkShape(name + SUFFIX_ALPHA, tensor.shape, tensor.shape.length === 0 ? [] : [1]);
    return floatCodec(tensor.dtype).decode(floatElements(tensor)[0] as number);
  }
  if (fileAlpha !== undefined) return fileAlpha;
  throw formatError(`the LoRA delta has no alpha for tensor ${quote(name)}`, name);
}

function formatError(message: string, name: string): WeightsError {
  return new WeightsError("WEIGHTS_DELTA_FORMAT", message, {
    details: { tensor: name.slice(0, 120) },
    hint: "It has <name>.lora_A [r, in], <name>.lora_B [out, r], and an alpha in freehold.alpha or <name>.alpha.",
  });
}
