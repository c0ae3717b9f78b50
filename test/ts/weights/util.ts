import { createHash } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Dtype, type Elements, type Tensor, tensorOf, WeightsError } from "@freehold/sdk/weights";
import { expect } from "chai";

export const MIB = 1 << 20;

/** Mulberry32: a small generator with a fixed seed, the same numbers on every machine. */
export function prng(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A whole number from `least` to `most`. */
export function pick(random: () => number, least: number, most: number): number {
  return least + Math.floor(random() * (most - least + 1));
}

export function randomBytes(seed: number, length: number): Uint8Array {
  const random = prng(seed);
  const words = new Uint32Array(Math.ceil(length / 4));
  for (let i = 0; i < words.length; i++) words[i] = random() * 2 ** 32;
  return new Uint8Array(words.buffer, 0, length);
}

export function sha256(...parts: Uint8Array[]): Uint8Array {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return hash.digest();
}

export function hex(bytes: Uint8Array): `0x${string}` {
  return `0x${Buffer.from(bytes).toString("hex")}`;
}

/** MTH of RFC 6962, 2.1, word for word: the independent reference. */
export function referenceRoot(chunks: readonly Uint8Array[]): Uint8Array {
  if (chunks.length === 1) return sha256(Uint8Array.of(0), chunks[0] as Uint8Array);
  let k = 1;
  while (k * 2 < chunks.length) k *= 2;
  return sha256(Uint8Array.of(1), referenceRoot(chunks.slice(0, k)), referenceRoot(chunks.slice(k)));
}

export function chunksOf(bytes: Uint8Array): Uint8Array[] {
  const chunks: Uint8Array[] = [];
  for (let begin = 0; begin < bytes.length; begin += MIB) chunks.push(bytes.subarray(begin, begin + MIB));
  return chunks;
}

/** Runs something that must throw a WeightsError with this code, and gives the error. */
export async function refused(code: string, run: () => unknown): Promise<WeightsError> {
  try {
    await run();
  } catch (error) {
    expect(error, String(error)).to.be.instanceOf(WeightsError);
    const found = error as WeightsError;
    expect(found.code, found.message).to.equal(code);
    expect(() => JSON.stringify(found.toJSON())).not.to.throw();
    return found;
  }
  throw new Error(`expected ${code}, but nothing was thrown`);
}

/** A directory for one test's files, removed after it. */
export async function withDirectory<T>(use: (directory: string) => Promise<T>): Promise<T> {
  const directory = mkdtempSync(join(tmpdir(), "freehold-weights-"));
  try {
    return await use(directory);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

const ARRAYS = {
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

/** A tensor of these stored elements. */
export function tensor(dtype: Dtype, shape: readonly number[], values: readonly (number | bigint)[]): Tensor {
  const array = new ARRAYS[dtype](values.length);
  const elements: Elements = array;
  for (const [i, value] of values.entries()) elements[i] = value;
  return tensorOf(dtype, shape, array);
}

/** Bytes of a safetensors file with this header and this data. */
export function rawFile(header: string | Uint8Array, data: Uint8Array = new Uint8Array()): Uint8Array {
  const json = typeof header === "string" ? new TextEncoder().encode(header) : header;
  const bytes = new Uint8Array(8 + json.length + data.length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(json.length), true);
  bytes.set(json, 8);
  bytes.set(data, 8 + json.length);
  return bytes;
}
