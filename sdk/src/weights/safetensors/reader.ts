import { quote, WeightsError } from "../errors.js";
import { type Dtype, isFloat } from "./dtype.js";
import { type HeaderLimits, headerLength, LENGTH_BYTES, parseHeader } from "./header.js";
import { elements, type Safetensors, type Tensor } from "./tensor.js";

export interface ReadOptions extends HeaderLimits {
  /** Refuse NaN and infinities. Default false; what applies deltas always refuses them in a delta. */
  readonly finite?: boolean;
}

/**
 * Reads a safetensors file. The tensors share the memory of `bytes`.
 * @throws WeightsError see {@link headerLength}, {@link parseHeader}; WEIGHTS_NOT_FINITE
 */
export function readSafetensors(bytes: Uint8Array, options: ReadOptions = {}): Safetensors {
  const length = headerLength(bytes, bytes.length);
  const header = parseHeader(bytes.subarray(LENGTH_BYTES, LENGTH_BYTES + length), bytes.length, options);
  const tensors = new Map<string, Tensor>();
  for (const [name, { dtype, shape, begin, end }] of header.tensors) {
    const tensor = { dtype, shape, data: bytes.subarray(header.dataOffset + begin, header.dataOffset + end) };
    if (options.finite) checkFinite(name, tensor);
    tensors.set(name, tensor);
  }
  return { tensors, ...(header.metadata === undefined ? {} : { metadata: header.metadata }) };
}

/** Bits of an exponent that NaN and infinities have. */
const EXPONENT: Partial<Record<Dtype, number>> = { F16: 0x7c00, BF16: 0x7f80 };

/**
 * Refuses NaN and infinities.
 * @throws WeightsError WEIGHTS_NOT_FINITE {tensor, index}
 */
export function checkFinite(name: string, tensor: Tensor): void {
  if (!isFloat(tensor.dtype)) return;
  const values = elements(tensor) as Uint16Array | Float32Array | Float64Array;
  const exponent = EXPONENT[tensor.dtype];
  const index =
    exponent === undefined
      ? values.findIndex((value) => !Number.isFinite(value))
      : values.findIndex((bits) => (bits & exponent) === exponent);
  if (index !== -1) throw notFiniteError(name, index);
}

export function notFiniteError(name: string, index: number): WeightsError {
  return new WeightsError("WEIGHTS_NOT_FINITE", `element ${index} of tensor ${quote(name)} is NaN or infinite`, {
    details: { tensor: name.slice(0, 120), index },
    hint: "The training run diverged or the file is damaged.",
  });
}
