import { type Hex, toHex } from "../hex.js";
import { CHUNK_BYTES, chunkCount } from "./chunk.js";
import { chunkLeaves, type DigestOptions } from "./digest.js";
import { WeightsError } from "./errors.js";
import { hashBytes, isHash } from "./hash-hex.js";
import { merkleRoot } from "./merkle.js";
import type { WeightsSource } from "./source.js";

/** The leaves under a root, so that a wrong chunk can be named. This is its JSON form too. */
export interface ChunkManifest {
  readonly root: Hex;
  /** Bytes of the file. */
  readonly byteLength: number;
  /** SHA-256(0x00 ‖ chunk) of every chunk in order. */
  readonly leaves: readonly Hex[];
}

/**
 * Checks a manifest from anywhere: its form, its number of leaves, and that they hash to its root. The caller compares
 * `root` and `byteLength` with the anchor.
 * @throws WeightsError WEIGHTS_BAD_MANIFEST
 */
export function parseManifest(value: unknown): ChunkManifest {
  const bad = (message: string, details: Record<string, unknown>) =>
    new WeightsError("WEIGHTS_BAD_MANIFEST", `manifest: ${message}`, {
      details,
      hint: "Get the manifest again, or make it anew from a file whose root is the anchored one.",
    });
  if (typeof value !== "object" || value === null) throw bad("not an object", { type: typeof value });
  const { root, byteLength, leaves } = value as Record<string, unknown>;
  if (!isHash(root)) throw bad("root is not a 32-byte hash in lower-case hex", { root: String(root).slice(0, 120) });
  if (typeof byteLength !== "number" || !Number.isSafeInteger(byteLength) || byteLength <= 0) {
    throw bad("byteLength is not a positive integer", { byteLength: String(byteLength).slice(0, 120) });
  }
  if (!Array.isArray(leaves) || leaves.length !== chunkCount(byteLength)) {
    const count = Array.isArray(leaves) ? leaves.length : null;
    throw bad(`${byteLength} bytes have ${chunkCount(byteLength)} chunks, not ${count}`, { byteLength, leaves: count });
  }
  const wrong = leaves.findIndex((leaf) => !isHash(leaf));
  if (wrong !== -1) throw bad(`leaf ${wrong} is not a 32-byte hash in lower-case hex`, { index: wrong });
  const actual = toHex(merkleRoot(leaves.map((leaf: Hex) => hashBytes(leaf, "leaf"))));
  if (actual !== root) throw bad(`its leaves hash to ${actual}, not to its root ${root}`, { expected: root, actual });
  return { root, byteLength, leaves };
}

/** Bytes of the chunk at `index`. */
export function chunkLength(manifest: ChunkManifest, index: number): number {
  return Math.min(CHUNK_BYTES, manifest.byteLength - index * CHUNK_BYTES);
}

export interface VerifyOptions extends DigestOptions {
  /** Index of the first chunk that the source holds; the chunks before it were verified earlier. Default 0. */
  readonly from?: number;
}

/**
 * Verifies a source against a manifest and stops at the first wrong chunk. With `from`, the source starts at that chunk
 * (an HTTP range, a slice of a Blob): what was verified before is not read again.
 * @returns number of chunks verified by this call
 * @throws WeightsError WEIGHTS_BAD_MANIFEST; WEIGHTS_CHUNK_MISMATCH {index, expected, actual}; WEIGHTS_TRUNCATED;
 * WEIGHTS_TOO_LONG
 */
export async function verifyChunks(
  source: WeightsSource,
  manifest: ChunkManifest,
  options: VerifyOptions = {},
): Promise<number> {
  const checked = parseManifest(manifest);
  const from = checkFrom(checked, options.from ?? 0);
  let next = from;
  let bytes = from * CHUNK_BYTES;
  for await (const { leaf, length } of chunkLeaves(source, options)) {
    bytes += length;
    if (bytes > checked.byteLength) throw tooLongError(checked, bytes);
    if (length !== chunkLength(checked, next)) break;
    checkLeaf(checked, next, leaf);
    next++;
    options.onProgress?.({ bytes, total: checked.byteLength, chunks: next });
  }
  if (bytes < checked.byteLength) throw truncatedError(checked, bytes);
  return next - from;
}

/** @throws WeightsError WEIGHTS_BAD_ARGUMENT */
export function checkFrom(manifest: ChunkManifest, from: number): number {
  if (Number.isSafeInteger(from) && from >= 0 && from <= manifest.leaves.length) return from;
  throw new WeightsError("WEIGHTS_BAD_ARGUMENT", `cannot resume at chunk ${from} of ${manifest.leaves.length}`, {
    details: { from, chunks: manifest.leaves.length },
  });
}

/** @throws WeightsError WEIGHTS_CHUNK_MISMATCH */
export function checkLeaf(manifest: ChunkManifest, index: number, leaf: Uint8Array): void {
  const expected = manifest.leaves[index];
  const actual = toHex(leaf);
  if (actual === expected) return;
  throw new WeightsError("WEIGHTS_CHUNK_MISMATCH", `chunk ${index} hashes to ${actual} instead of ${expected}`, {
    details: { index, expected, actual, offset: index * CHUNK_BYTES, length: chunkLength(manifest, index) },
    hint: `Fetch chunk ${index} again (its bytes start at ${index * CHUNK_BYTES}) and resume there.`,
  });
}

export function truncatedError(manifest: ChunkManifest, actual: number): WeightsError {
  const expected = manifest.byteLength;
  return new WeightsError("WEIGHTS_TRUNCATED", `the weights end after ${actual} of ${expected} bytes`, {
    details: { expected, actual, chunk: Math.floor(actual / CHUNK_BYTES) },
    hint: `Fetch the rest from chunk ${Math.floor(actual / CHUNK_BYTES)} on and resume there.`,
  });
}

export function tooLongError(manifest: ChunkManifest, actual: number): WeightsError {
  const expected = manifest.byteLength;
  return new WeightsError("WEIGHTS_TOO_LONG", `the weights go on after ${expected} bytes (at least ${actual} came)`, {
    details: { expected, actual },
    hint: "It is another file, or bytes were appended: fetch it again.",
  });
}
