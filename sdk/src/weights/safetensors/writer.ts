import { utf8 } from "../../bytes.js";
import { quote, WeightsError } from "../errors.js";
import { byteSize, DTYPES, isDtype } from "./dtype.js";
import { LENGTH_BYTES, MAX_HEADER_BYTES, METADATA_KEY } from "./header.js";
import type { Safetensors, Tensor } from "./tensor.js";

/** A file in its parts, so that a large one need not be in memory twice. */
export interface SafetensorsLayout {
  /** Length and header: the file's first bytes. */
  readonly head: Uint8Array;
  /** The tensors' data in the order of the file. */
  readonly data: readonly Uint8Array[];
  /** Bytes of the whole file. */
  readonly byteLength: number;
}

/**
 * Lays a file out as the reference implementation does: largest alignment first, then by name, no white space, header
 * padded with spaces to 8 bytes. Metadata is sorted too (there the reference's order is arbitrary), so that equal contents
 * are equal bytes on every machine.
 * @throws WeightsError WEIGHTS_BAD_NAME, WEIGHTS_BAD_DTYPE, WEIGHTS_BAD_SHAPE, WEIGHTS_HEADER_LENGTH
 */
export function layoutSafetensors({ metadata, tensors }: Safetensors): SafetensorsLayout {
  const sorted = [...tensors].sort(
    ([a, left], [b, right]) => DTYPES.indexOf(right.dtype) - DTYPES.indexOf(left.dtype) || compareCodePoints(a, b),
  );
  const entries: string[] = [];
  if (metadata !== undefined) {
    const pairs = [...metadata].sort(([a], [b]) => compareCodePoints(a, b));
    const members = pairs.map(([key, value]) => `${literal(key)}:${literal(value)}`);
    entries.push(`"${METADATA_KEY}":{${members.join(",")}}`);
  }
  let end = 0;
  for (const [name, tensor] of sorted) {
    checkTensor(name, tensor);
    const { dtype, shape, data } = tensor;
    const begin = end;
    end += data.length;
    entries.push(`${literal(name)}:{"dtype":"${dtype}","shape":[${shape}],"data_offsets":[${begin},${end}]}`);
  }
  const json = utf8(`{${entries.join(",")}}`);
  const padded = Math.ceil(json.length / 8) * 8;
  if (padded > MAX_HEADER_BYTES) {
    throw new WeightsError("WEIGHTS_HEADER_LENGTH", `the header takes ${padded} bytes; at most ${MAX_HEADER_BYTES}`, {
      details: { headerLength: padded, max: MAX_HEADER_BYTES },
      hint: "Write fewer tensors or less metadata into one file.",
    });
  }
  const head = new Uint8Array(LENGTH_BYTES + padded).fill(0x20);
  new DataView(head.buffer).setBigUint64(0, BigInt(padded), true);
  head.set(json, LENGTH_BYTES);
  return { head, data: sorted.map(([, tensor]) => tensor.data), byteLength: head.length + end };
}

/** Writes a safetensors file, see {@link layoutSafetensors}. */
export function writeSafetensors(file: Safetensors): Uint8Array<ArrayBuffer> {
  const { head, data, byteLength } = layoutSafetensors(file);
  const bytes = new Uint8Array(byteLength);
  let offset = 0;
  for (const part of [head, ...data]) {
    bytes.set(part, offset);
    offset += part.length;
  }
  return bytes;
}

/** @throws WeightsError WEIGHTS_BAD_NAME, WEIGHTS_BAD_DTYPE, WEIGHTS_BAD_SHAPE */
export function checkTensor(name: string, { dtype, shape, data }: Tensor): void {
  if (name === METADATA_KEY) {
    throw new WeightsError("WEIGHTS_BAD_NAME", `a tensor cannot be named ${METADATA_KEY}`, {
      details: { tensor: name },
    });
  }
  if (!isDtype(dtype)) {
    throw new WeightsError("WEIGHTS_BAD_DTYPE", `tensor ${quote(name)} has the unknown dtype ${quote(String(dtype))}`, {
      details: { tensor: name, dtype: String(dtype), known: DTYPES },
    });
  }
  const size = byteSize(dtype, shape);
  if (size !== data.length) {
    throw new WeightsError(
      "WEIGHTS_BAD_SHAPE",
      `tensor ${quote(name)} has ${data.length} bytes, but ${dtype} of shape [${shape}] takes ${size ?? "too many"}`,
      { details: { tensor: name, dtype, shape, size: size ?? null, byteLength: data.length } },
    );
  }
}

/** JSON string; JSON.stringify escapes the same characters as serde_json. */
function literal(text: string): string {
  if (/\p{Surrogate}/u.test(text)) {
    throw new WeightsError("WEIGHTS_BAD_NAME", `${quote(text)} has a lone surrogate, which has no UTF-8`, {
      details: { name: text.slice(0, 120) },
    });
  }
  return JSON.stringify(text);
}

/** The order of the strings' UTF-8, which differs from that of their UTF-16 above U+D7FF. */
export function compareCodePoints(a: string, b: string): number {
  for (let i = 0; i < a.length && i < b.length; i++) {
    if (a.charCodeAt(i) === b.charCodeAt(i)) continue;
    return (a.codePointAt(i) as number) - (b.codePointAt(i) as number);
  }
  return a.length - b.length;
}
