import type { FloatDtype } from "../safetensors/dtype.js";
import { elements, newElements, type Tensor, type ViewOf } from "../safetensors/tensor.js";

/** A float tensor's elements as numbers (exact: every format fits in binary64). */
export interface FloatCodec<D extends FloatDtype = FloatDtype> {
  /** The number that an element of the typed array stands for. */
  decode(stored: number): number;
  /** The stored form of the nearest number of the format; ties to even, overflow to infinity. */
  encode(value: number): number;
  readonly dtype: D;
}

const WORD = new DataView(new ArrayBuffer(8));
/** From here on, binary64 has no fractions. */
const INTEGERS = 2 ** 52;

/** Rounds to an integer, ties to even. */
export function roundHalfEven(value: number): number {
  if (!(Math.abs(value) < INTEGERS)) return value;
  return value < 0 ? -(INTEGERS - value - INTEGERS) : value + INTEGERS - INTEGERS;
}

/** Codec of a 16-bit format with `mantissa` stored bits of mantissa. */
function codec16<D extends FloatDtype>(dtype: D, mantissa: number): FloatCodec<D> {
  const hidden = 1 << mantissa;
  const bias = 2 ** (14 - mantissa) - 1;
  const infinity = (2 * bias + 1) << mantissa;
  // Unit in the last place by exponent field; field 0 (subnormal) shares the unit of field 1. By doubling: exact.
  const units = new Float64Array(2 * bias + 1);
  let unit = 1;
  for (let power = 0; power > 1 - bias - mantissa; power--) unit /= 2;
  units[0] = unit;
  for (let field = 1; field <= 2 * bias; field++, unit *= 2) units[field] = unit;

  return {
    dtype,
    decode(stored) {
      const field = (stored & 0x7fff) >> mantissa;
      const fraction = stored & (hidden - 1);
      const sign = stored & 0x8000 ? -1 : 1;
      if (field > 2 * bias) return fraction === 0 ? sign * Infinity : NaN;
      return sign * (field === 0 ? fraction : hidden + fraction) * (units[field] as number);
    },
    encode(value) {
      if (Number.isNaN(value)) return infinity | (hidden >> 1);
      WORD.setFloat64(0, value);
      const high = WORD.getUint16(0);
      const sign = high & 0x8000;
      const field = Math.max(((high & 0x7ff0) >> 4) - 1023 + bias, 1);
      if (field > 2 * bias) return sign | infinity;
      // At most 2 * hidden units; a carry moves into the exponent by itself.
      return sign | (roundHalfEven(Math.abs(value) / (units[field] as number)) + ((field - 1) << mantissa));
    },
  };
}

const CODECS: { readonly [D in FloatDtype]: FloatCodec<D> } = {
  F16: codec16("F16", 10),
  BF16: codec16("BF16", 7),
  F32: { dtype: "F32", decode: (stored) => stored, encode: Math.fround },
  F64: { dtype: "F64", decode: (stored) => stored, encode: (value) => value },
};

export function floatCodec(dtype: FloatDtype): FloatCodec {
  return CODECS[dtype];
}

type FloatTensor = Tensor & { readonly dtype: FloatDtype };
type FloatView = ViewOf<FloatDtype>;

/** A float tensor's stored elements: numbers for F32 and F64, bits for F16 and BF16. */
export function floatElements(tensor: FloatTensor): FloatView {
  return elements(tensor);
}

/** Room for `count` stored elements. */
export function newFloats(dtype: FloatDtype, count: number): FloatView {
  return newElements(dtype, count);
}

/** All elements of a float tensor as numbers. */
export function floatValues(tensor: FloatTensor): Float64Array {
  const { decode } = floatCodec(tensor.dtype);
  return Float64Array.from(floatElements(tensor) as Iterable<number>, decode);
}
