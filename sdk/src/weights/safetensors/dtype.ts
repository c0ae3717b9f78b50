/** Bytes per element of the element types that Freehold reads. */
const SIZES = {
  BOOL: 1,
  U8: 1,
  I8: 1,
  I16: 2,
  U16: 2,
  F16: 2,
  BF16: 2,
  I32: 4,
  U32: 4,
  F32: 4,
  F64: 8,
  I64: 8,
  U64: 8,
} as const;

/** Element type of a tensor, as safetensors spells it. */
export type Dtype = keyof typeof SIZES;

export type IntDtype = Exclude<Dtype, "BOOL" | FloatDtype>;
export type FloatDtype = "F16" | "BF16" | "F32" | "F64";

/** All element types, in the reference implementation's order of alignment. */
export const DTYPES = Object.keys(SIZES) as readonly Dtype[];

export function isDtype(value: unknown): value is Dtype {
  return typeof value === "string" && Object.hasOwn(SIZES, value);
}

export function isFloat(dtype: Dtype): dtype is FloatDtype {
  return dtype === "F16" || dtype === "BF16" || dtype === "F32" || dtype === "F64";
}

/** Bytes of one element. */
export function dtypeSize(dtype: Dtype): number {
  return SIZES[dtype];
}

/** Bytes of a tensor; undefined when they are more than 2^53 - 1 or a dimension is not a whole number. */
export function byteSize(dtype: Dtype, shape: readonly number[]): number | undefined {
  let size: number = SIZES[dtype];
  for (const dimension of shape) {
    if (!Number.isSafeInteger(dimension) || dimension < 0) return undefined;
    size *= dimension;
    if (!Number.isSafeInteger(size)) return undefined;
  }
  return size;
}
