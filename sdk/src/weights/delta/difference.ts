import { quote, WeightsError } from "../errors.js";
import { type Dtype, type FloatDtype, isFloat } from "../safetensors/dtype.js";
import { notFiniteError } from "../safetensors/reader.js";
import { type Elements, elements, newElements, type Tensor, tensorOf, type ViewOf } from "../safetensors/tensor.js";
import { floatCodec, floatElements, newFloats } from "./floats.js";

/**
 * Differences of tensors and their exact arithmetic. The dtype of the difference says which one holds:
 *
 * | base | difference | an element becomes |
 * |---|---|---|
 * | BOOL; I8 … U32 | I8; the next wider signed integer | b + d, within the base's range |
 * | I64, U64 | I64 | b + d, within the base's range |
 * | F16, BF16, F32, F64 | the same | b + d, rounded once to nearest, ties to even |
 * | F16, BF16, F32, F64 | I16, I16, I32, I64 | bits(b) + d modulo 2^width |
 *
 * A difference of zero leaves the element's bits as they are; every element that changes must come out finite.
 * The sum of floats is taken in binary64 and then rounded: binary64 has more than twice the digits of the narrower formats,
 * so this equals one rounding of the exact sum.
 */
const WIDER = {
  BOOL: "I8",
  I8: "I16",
  U8: "I16",
  I16: "I32",
  U16: "I32",
  I32: "I64",
  U32: "I64",
  I64: "I64",
  U64: "I64",
} as const;

const BITS = { F16: "I16", BF16: "I16", F32: "I32", F64: "I64" } as const;

const RANGE: { readonly [D in Dtype]?: readonly [bigint, bigint] } = {
  BOOL: [0n, 1n],
  I8: [-(2n ** 7n), 2n ** 7n - 1n],
  U8: [0n, 2n ** 8n - 1n],
  I16: [-(2n ** 15n), 2n ** 15n - 1n],
  U16: [0n, 2n ** 16n - 1n],
  I32: [-(2n ** 31n), 2n ** 31n - 1n],
  U32: [0n, 2n ** 32n - 1n],
  I64: [-(2n ** 63n), 2n ** 63n - 1n],
  U64: [0n, 2n ** 64n - 1n],
};

/** Least and greatest value of an integer type. */
export function integerRange(dtype: Exclude<Dtype, FloatDtype>): readonly [bigint, bigint] {
  return RANGE[dtype] as readonly [bigint, bigint];
}

/** Dtypes that a difference to a tensor of `dtype` may have. */
export function differenceDtypes(dtype: Dtype): readonly Dtype[] {
  return isFloat(dtype) ? [dtype, BITS[dtype]] : [WIDER[dtype]];
}

/**
 * The difference that {@link addDifference} turns back into `tuned`, bit for bit. Floats are subtracted where that is exact
 * for every element of the tensor, else their bits are.
 * @throws WeightsError WEIGHTS_NOT_FINITE, WEIGHTS_DELTA_RANGE
 */
export function difference(name: string, base: Tensor, tuned: Tensor): Tensor {
  const { dtype } = base;
  if (!isFloat(dtype)) return integerDifference(name, base, tuned, dtype);
  const float = { ...base, dtype };
  return floatDifference(float, { ...tuned, dtype }) ?? bitDifference(name, float, { ...tuned, dtype });
}

function integerDifference(name: string, base: Tensor, tuned: Tensor, dtype: keyof typeof WIDER): Tensor {
  const before: Elements = elements(base);
  const after: Elements = elements(tuned);
  const wider = WIDER[dtype];
  const out = newElements(wider, after.length);
  const values: Elements = out;
  for (let i = 0; i < after.length; i++) {
    const b = before[i] as number | bigint;
    const t = after[i] as number | bigint;
    if (b === t) continue;
    if (dtype === "BOOL") {
      checkRange(name, i, b, dtype);
      checkRange(name, i, t, dtype);
    }
    if (wider !== "I64") {
      values[i] = (t as number) - (b as number);
      continue;
    }
    const d = BigInt(t) - BigInt(b);
    checkRange(name, i, d, "I64");
    values[i] = d;
  }
  return tensorOf(wider, base.shape, out);
}

type FloatTensor = Tensor & { readonly dtype: FloatDtype };

/** Undefined when an element does not come back exactly. */
function floatDifference(base: FloatTensor, tuned: FloatTensor): Tensor | undefined {
  const { decode, encode } = floatCodec(base.dtype);
  const [before, after] = [floatElements(base), floatElements(tuned)];
  const [oldBits, newBits] = [bitsOf(base), bitsOf(tuned)];
  const out = newFloats(base.dtype, after.length);
  for (let i = 0; i < after.length; i++) {
    if (oldBits[i] === newBits[i]) continue;
    const b = decode(before[i] as number);
    const t = decode(after[i] as number);
    const stored = encode(t - b);
    const d = decode(stored);
    const back = decode(encode(b + d));
    if (d === 0 || !Number.isFinite(back) || !Object.is(back, t)) return undefined;
    out[i] = stored;
  }
  return tensorOf(base.dtype, base.shape, out);
}

function bitDifference(name: string, base: FloatTensor, tuned: FloatTensor): Tensor {
  const { decode } = floatCodec(base.dtype);
  const before = bitsOf(base);
  const after = bitsOf(tuned);
  const floats = floatElements(tuned);
  const bits = BITS[base.dtype];
  const out = newElements(bits, after.length);
  const values: Elements = out;
  for (let i = 0; i < after.length; i++) {
    const b = before[i] as number | bigint;
    const t = after[i] as number | bigint;
    if (b === t) continue;
    if (!Number.isFinite(decode(floats[i] as number))) throw notFiniteError(name, i);
    // Typed arrays store modulo 2^width.
    values[i] = typeof t === "bigint" ? t - (b as bigint) : t - (b as number);
  }
  return tensorOf(bits, base.shape, out);
}

/** A float tensor's elements as signed integers of the same width. */
function bitsOf({ dtype, shape, data }: FloatTensor): Elements & ViewOf<"I16" | "I32" | "I64"> {
  return elements({ dtype: BITS[dtype], shape, data });
}

/** Position of the j-th difference; ascending, and checked by the caller. */
export type PositionOf = (j: number) => number;

/**
 * Adds a difference to a tensor.
 * @param positions where the differences go; without it, one for every element
 * @throws WeightsError WEIGHTS_DELTA_DTYPE, WEIGHTS_DELTA_RANGE, WEIGHTS_NOT_FINITE
 */
export function addDifference(name: string, base: Tensor, diff: Tensor, positions: PositionOf = (j) => j): Tensor {
  const { dtype, shape } = base;
  const allowed = differenceDtypes(dtype);
  if (!allowed.includes(diff.dtype)) throw dtypeError(name, diff.dtype, allowed);
  // Not slice(): that of a Buffer shares its memory.
  const out = { dtype, shape, data: new Uint8Array(base.data) };
  if (!isFloat(dtype)) return addIntegers(name, out, diff, dtype, positions);
  const float = { ...out, dtype };
  return diff.dtype === dtype
    ? addFloats(name, float, { ...diff, dtype }, positions)
    : addBits(name, float, diff, positions);
}

function addIntegers(
  name: string,
  base: Tensor,
  diff: Tensor,
  dtype: Exclude<Dtype, FloatDtype>,
  positions: PositionOf,
): Tensor {
  const view = elements(base);
  const values: Elements = view;
  const diffs: Elements = elements(diff);
  const big = dtype === "I64" || dtype === "U64";
  for (let j = 0; j < diffs.length; j++) {
    const d = diffs[j] as number | bigint;
    if (d === 0 || d === 0n) continue;
    const i = positions(j);
    const b = values[i] as number | bigint;
    // A difference that is no bigint belongs to a base of at most 16 bits: exact.
    const sum = typeof d === "bigint" ? BigInt(b) + d : (b as number) + d;
    checkRange(name, i, sum, dtype);
    values[i] = big ? sum : Number(sum);
  }
  return tensorOf(dtype, base.shape, view);
}

function addFloats(name: string, base: FloatTensor, diff: FloatTensor, positions: PositionOf): Tensor {
  const { decode, encode } = floatCodec(base.dtype);
  const [values, diffs] = [floatElements(base), floatElements(diff)];
  for (let j = 0; j < diffs.length; j++) {
    const d = decode(diffs[j] as number);
    if (d === 0) continue;
    const i = positions(j);
    const stored = encode(decode(values[i] as number) + d);
    if (!Number.isFinite(decode(stored))) throw notFiniteError(name, i);
    values[i] = stored;
  }
  return tensorOf(base.dtype, base.shape, values);
}

function addBits(name: string, base: FloatTensor, diff: Tensor, positions: PositionOf): Tensor {
  const bits = BITS[base.dtype];
  const view = bitsOf(base);
  const values: Elements = view;
  const diffs: Elements = elements(diff);
  for (let j = 0; j < diffs.length; j++) {
    const i = positions(j);
    const b = values[i] as number | bigint;
    const d = diffs[j] as number | bigint;
    values[i] = typeof b === "bigint" ? b + (d as bigint) : b + (d as number);
  }
  const result = { ...base, data: tensorOf(bits, base.shape, view).data };
  const { decode } = floatCodec(base.dtype);
  const floats = floatElements(result);
  for (let j = 0; j < diffs.length; j++) {
    const i = positions(j);
    if (diffs[j] !== 0 && diffs[j] !== 0n && !Number.isFinite(decode(floats[i] as number)))
      throw notFiniteError(name, i);
  }
  return result;
}

function checkRange(name: string, index: number, value: number | bigint, dtype: Exclude<Dtype, FloatDtype>): void {
  const [least, greatest] = integerRange(dtype);
  if (value < least || value > greatest) throw rangeError(name, index, value, dtype);
}

/** The result of an element does not fit. */
export function rangeError(name: string, index: number, value: number | bigint, dtype: Dtype): WeightsError {
  return new WeightsError(
    "WEIGHTS_DELTA_RANGE",
    `element ${index} of tensor ${quote(name)} becomes ${value}, which ${dtype} cannot hold`,
    {
      details: { tensor: name.slice(0, 120), index, value: String(value), dtype },
      hint: "The delta is for other weights, or the fine-tune must clamp.",
    },
  );
}

export function dtypeError(name: string, dtype: Dtype, allowed: readonly Dtype[]): WeightsError {
  return new WeightsError(
    "WEIGHTS_DELTA_DTYPE",
    `the delta of tensor ${quote(name)} has dtype ${dtype} instead of ${allowed.join(" or ")}`,
    { details: { tensor: name.slice(0, 120), dtype, allowed }, hint: "The delta is for another base." },
  );
}

/** @throws WeightsError WEIGHTS_DELTA_SHAPE */
export function checkShape(name: string, shape: readonly number[], expected: readonly number[]): void {
  if (shape.length === expected.length && shape.every((dimension, i) => dimension === expected[i])) return;
  throw new WeightsError(
    "WEIGHTS_DELTA_SHAPE",
    `the delta of tensor ${quote(name)} has shape [${shape}] instead of [${expected}]`,
    { details: { tensor: name.slice(0, 120), shape, expected }, hint: "The delta is for another base." },
  );
}

/** Whether a difference changes nothing. */
export function isZero({ data }: Tensor): boolean {
  return data.every((byte) => byte === 0);
}
