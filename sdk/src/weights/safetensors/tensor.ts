import type { Dtype } from "./dtype.js";

/** A tensor's elements, row-major and little-endian. */
export interface Tensor {
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  readonly data: Uint8Array;
}

/** The contents of a safetensors file. */
export interface Safetensors {
  /** `__metadata__`, where the file has one. */
  readonly metadata?: ReadonlyMap<string, string>;
  readonly tensors: ReadonlyMap<string, Tensor>;
}

const VIEWS = {
  BOOL: Uint8Array,
  U8: Uint8Array,
  I8: Int8Array,
  I16: Int16Array,
  U16: Uint16Array,
  F16: Uint16Array,
  BF16: Uint16Array,
  I32: Int32Array,
  U32: Uint32Array,
  F32: Float32Array,
  F64: Float64Array,
  I64: BigInt64Array,
  U64: BigUint64Array,
} as const;

/** The typed array of an element type; F16 and BF16 as their 16 bits. */
export type ViewOf<D extends Dtype> = InstanceType<(typeof VIEWS)[D]>;
type AnyView = ViewOf<Dtype>;
/** A typed array of any element type. */
export interface Elements {
  readonly length: number;
  [index: number]: number | bigint;
}

const LITTLE_ENDIAN_HOST = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

/**
 * A tensor's elements as a typed array. It shares the tensor's memory where the host can address it; otherwise (an
 * unaligned offset, a big-endian host) it is a copy: treat it as read-only.
 */
export function elements<D extends Dtype>(tensor: Tensor & { readonly dtype: D }): ViewOf<D>;
export function elements(tensor: Tensor): AnyView;
export function elements({ dtype, data }: Tensor): AnyView {
  const View = VIEWS[dtype];
  const size = View.BYTES_PER_ELEMENT;
  const count = data.byteLength / size;
  if (size === 1 || (LITTLE_ENDIAN_HOST && data.byteOffset % size === 0)) {
    return new View(data.buffer as ArrayBuffer, data.byteOffset, count);
  }
  const copy = new Uint8Array(data);
  if (!LITTLE_ENDIAN_HOST) swapBytes(copy, size);
  return new View(copy.buffer, 0, count);
}

/** A new typed array for `count` elements, all zero. */
export function newElements<D extends Dtype>(dtype: D, count: number): ViewOf<D> {
  return new VIEWS[dtype](count) as ViewOf<D>;
}

/** A tensor of a typed array's elements. It may share their memory. */
export function tensorOf(dtype: Dtype, shape: readonly number[], values: AnyView): Tensor {
  const bytes = new Uint8Array(values.buffer as ArrayBuffer, values.byteOffset, values.byteLength);
  if (LITTLE_ENDIAN_HOST || values.BYTES_PER_ELEMENT === 1) return { dtype, shape, data: bytes };
  const data = new Uint8Array(bytes);
  swapBytes(data, values.BYTES_PER_ELEMENT);
  return { dtype, shape, data };
}

function swapBytes(bytes: Uint8Array, size: number): void {
  for (let begin = 0; begin < bytes.length; begin += size) bytes.subarray(begin, begin + size).reverse();
}

/** Number of elements of a shape that was checked before. */
export function elementCount(shape: readonly number[]): number {
  return shape.reduce((count, dimension) => count * dimension, 1);
}
