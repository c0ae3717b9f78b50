import { quote, WeightsError } from "../errors.js";
import { byteSize, DTYPES, type Dtype, isDtype } from "./dtype.js";
import { Scanner } from "./scanner.js";

/** Bytes of the length in front of the header. */
export const LENGTH_BYTES = 8;
/** The reference implementation's bound. */
export const MAX_HEADER_BYTES = 100_000_000;
export const MAX_TENSORS = 262_144;
export const METADATA_KEY = "__metadata__";
const MAX_RANK = 64;
const MAX_METADATA = 65_536;

/** Where a tensor lies. */
export interface TensorInfo {
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  /** First byte, counted from the end of the header. */
  readonly begin: number;
  /** Byte after the last. */
  readonly end: number;
}

export interface SafetensorsHeader {
  readonly metadata?: ReadonlyMap<string, string>;
  /** In the order of their data. */
  readonly tensors: ReadonlyMap<string, TensorInfo>;
  /** Byte of the file at which the data starts. */
  readonly dataOffset: number;
}

export interface HeaderLimits {
  /** Default {@link MAX_TENSORS}. */
  readonly maxTensors?: number;
}

/**
 * Length of the header, from the first bytes of a file.
 * @param start at least the first 8 bytes, or the whole file when it is shorter
 * @throws WeightsError WEIGHTS_TRUNCATED, WEIGHTS_HEADER_LENGTH
 */
export function headerLength(start: Uint8Array, byteLength: number): number {
  if (byteLength < LENGTH_BYTES || start.length < LENGTH_BYTES) {
    throw new WeightsError("WEIGHTS_TRUNCATED", `the file has ${byteLength} bytes: not even a header length`, {
      details: { byteLength },
      hint: "Fetch or write the file again.",
    });
  }
  const length = new DataView(start.buffer, start.byteOffset).getBigUint64(0, true);
  const most = Math.min(MAX_HEADER_BYTES, byteLength - LENGTH_BYTES);
  // "{}" is the shortest header.
  if (length < 2n || length > BigInt(most)) {
    throw new WeightsError(
      "WEIGHTS_HEADER_LENGTH",
      `the header says it has ${length} bytes; in this file of ${byteLength} bytes it has 2 to ${most}`,
      {
        details: { headerLength: String(length), byteLength, max: most },
        hint: "The file is truncated, damaged or not safetensors.",
      },
    );
  }
  return Number(length);
}

/**
 * Parses and checks a header: nothing in it is left to interpretation.
 * @param header the bytes between the length and the data
 * @param byteLength bytes of the whole file
 * @throws WeightsError WEIGHTS_HEADER_SYNTAX, WEIGHTS_DUPLICATE_KEY, WEIGHTS_TOO_MANY_TENSORS, WEIGHTS_BAD_METADATA,
 * WEIGHTS_BAD_DTYPE, WEIGHTS_BAD_SHAPE, WEIGHTS_BAD_OFFSETS, WEIGHTS_TRUNCATED
 */
export function parseHeader(header: Uint8Array, byteLength: number, limits: HeaderLimits = {}): SafetensorsHeader {
  const text = decode(header);
  const maxTensors = limits.maxTensors ?? MAX_TENSORS;
  const tensors: [string, TensorInfo][] = [];
  let metadata: Map<string, string> | undefined;
  const scanner = new Scanner(text);
  scanner.object("the header", (key) => {
    if (key === METADATA_KEY) {
      metadata = scanMetadata(scanner);
      return;
    }
    if (tensors.length === maxTensors) {
      throw new WeightsError("WEIGHTS_TOO_MANY_TENSORS", `the header has more than ${maxTensors} tensors`, {
        details: { max: maxTensors },
        hint: "Raise maxTensors if you trust the file.",
      });
    }
    tensors.push([key, scanTensor(scanner, key)]);
  });
  scanner.end();
  const dataOffset = LENGTH_BYTES + header.length;
  tensors.sort(([, a], [, b]) => a.begin - b.begin || a.end - b.end);
  checkCover(tensors, byteLength - dataOffset);
  return { tensors: new Map(tensors), dataOffset, ...(metadata === undefined ? {} : { metadata }) };
}

function decode(header: Uint8Array): string {
  if (header[0] !== 0x7b) {
    throw new WeightsError("WEIGHTS_HEADER_SYNTAX", `the header starts with byte ${header[0]} instead of "{"`, {
      details: { position: 0, found: header[0] ?? null, expected: "{" },
      hint: "The file is damaged or not safetensors.",
    });
  }
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(header);
  } catch (cause) {
    throw new WeightsError("WEIGHTS_HEADER_SYNTAX", "the header is not UTF-8", {
      cause,
      hint: "The file is damaged or not safetensors.",
    });
  }
}

function scanMetadata(scanner: Scanner): Map<string, string> {
  const metadata = new Map<string, string>();
  scanner.object(METADATA_KEY, (key) => {
    if (metadata.size === MAX_METADATA) {
      throw new WeightsError("WEIGHTS_BAD_METADATA", `${METADATA_KEY} has more than ${MAX_METADATA} keys`, {
        details: { max: MAX_METADATA },
        hint: "Keep what is large in tensors.",
      });
    }
    try {
      metadata.set(key, scanner.string());
    } catch (cause) {
      throw new WeightsError("WEIGHTS_BAD_METADATA", `${METADATA_KEY}: the value of ${quote(key)} is not a string`, {
        details: { key: key.slice(0, 120) },
        hint: "Metadata maps strings to strings.",
        cause,
      });
    }
  });
  return metadata;
}

function scanTensor(scanner: Scanner, name: string): TensorInfo {
  let dtype: string | undefined;
  let shape: number[] | undefined;
  let offsets: number[] | undefined;
  const integers = (most: number): number[] => {
    const list: number[] = [];
    scanner.array(() => {
      if (list.length === most) throw offsetsOrShape(name, most);
      list.push(scanner.integer());
    });
    return list;
  };
  scanner.object(`tensor ${quote(name)}`, (key) => {
    if (key === "dtype") dtype = scanner.string();
    else if (key === "shape") shape = integers(MAX_RANK);
    else if (key === "data_offsets") offsets = integers(2);
    else throw fieldError(name, `an unknown field ${quote(key)}`);
  });
  if (dtype === undefined) throw fieldError(name, "no dtype");
  if (shape === undefined) throw fieldError(name, "no shape");
  if (offsets === undefined) throw fieldError(name, "no data_offsets");
  const [begin, end] = offsets;
  if (begin === undefined || end === undefined) throw fieldError(name, "fewer than two data_offsets");
  if (!isDtype(dtype)) {
    throw new WeightsError("WEIGHTS_BAD_DTYPE", `tensor ${quote(name)} has the unknown dtype ${quote(dtype)}`, {
      details: { tensor: name.slice(0, 120), dtype: dtype.slice(0, 120), known: DTYPES },
      hint: "Convert the tensor to a known dtype.",
    });
  }
  checkSize(name, { dtype, shape, begin, end });
  return { dtype, shape, begin, end };
}

function checkSize(name: string, { dtype, shape, begin, end }: TensorInfo): void {
  const size = byteSize(dtype, shape);
  if (size === undefined) {
    throw new WeightsError("WEIGHTS_BAD_SHAPE", `tensor ${quote(name)} of shape [${shape}] overflows 2^53 bytes`, {
      details: { tensor: name.slice(0, 120), dtype, shape },
      hint: "The file is damaged or hostile.",
    });
  }
  if (end - begin !== size) {
    throw new WeightsError(
      "WEIGHTS_BAD_OFFSETS",
      `tensor ${quote(name)} has offsets [${begin}, ${end}], but ${dtype} of shape [${shape}] takes ${size} bytes`,
      {
        details: { tensor: name.slice(0, 120), dtype, shape, begin, end, size },
        hint: "The file is damaged or hostile.",
      },
    );
  }
}

/** The tensors must lie one after the other and fill the data exactly. */
function checkCover(tensors: readonly (readonly [string, TensorInfo])[], dataLength: number): void {
  let covered = 0;
  for (const [name, { begin, end }] of tensors) {
    if (begin !== covered) {
      const what = begin < covered ? "overlaps the tensor before it" : "leaves a hole before it";
      throw coverError(`tensor ${quote(name)} at [${begin}, ${end}] ${what}, which ends at ${covered}`, {
        tensor: name.slice(0, 120),
        begin,
        end,
        covered,
      });
    }
    if (end > dataLength) {
      throw new WeightsError(
        "WEIGHTS_TRUNCATED",
        `tensor ${quote(name)} ends at byte ${end} of the data, which has ${dataLength}`,
        { details: { tensor: name.slice(0, 120), begin, end, dataLength }, hint: "Fetch or write the file again." },
      );
    }
    covered = end;
  }
  if (covered !== dataLength) {
    throw coverError(`${dataLength - covered} bytes after the last tensor belong to none`, { covered, dataLength });
  }
}

function coverError(message: string, details: Record<string, unknown>): WeightsError {
  return new WeightsError("WEIGHTS_BAD_OFFSETS", message, { details, hint: "The file is damaged or hostile." });
}

function fieldError(name: string, what: string): WeightsError {
  return new WeightsError("WEIGHTS_HEADER_SYNTAX", `tensor ${quote(name)} has ${what}`, {
    details: { tensor: name.slice(0, 120) },
    hint: "A tensor has dtype, shape and data_offsets.",
  });
}

function offsetsOrShape(name: string, most: number): WeightsError {
  return most === 2
    ? fieldError(name, "more than two data_offsets")
    : new WeightsError("WEIGHTS_BAD_SHAPE", `tensor ${quote(name)} has more than ${most} dimensions`, {
        details: { tensor: name.slice(0, 120), max: most },
      });
}
