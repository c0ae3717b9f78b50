import { type Hex, toHex } from "../hex.js";
import { CHUNK_BYTES } from "./chunk.js";
import { WeightsError } from "./errors.js";
import { type LeafHasher, platformLeafHasher } from "./leaf-hasher.js";
import type { ChunkManifest } from "./manifest.js";
import { MerkleAccumulator } from "./merkle.js";
import { fragments, sourceLength, type WeightsSource } from "./source.js";

export interface Progress {
  /** Bytes done. */
  readonly bytes: number;
  /** Bytes in all, where the source knows. */
  readonly total?: number;
  /** Chunks done. */
  readonly chunks: number;
}

export interface DigestOptions {
  /** Called after every chunk, in order. */
  readonly onProgress?: (progress: Progress) => void;
  /** Stops the work; the call rejects with its reason. */
  readonly signal?: AbortSignal;
  /** SHA-256 to use; the platform's by default. */
  readonly hasher?: LeafHasher;
}

/** Identity of a file of weights, as it is anchored. */
export interface WeightsDigest {
  /** SHA-256 Merkle root over the file's 1 MiB chunks (RFC 6962). */
  readonly root: Hex;
  readonly byteLength: number;
  readonly chunks: number;
}

/** A digest together with what names a wrong chunk later. */
export interface WeightsDigestWithLeaves extends WeightsDigest, ChunkManifest {}

export interface ChunkLeaf {
  readonly index: number;
  readonly leaf: Uint8Array;
  /** Bytes of the chunk. */
  readonly length: number;
}

/** Cuts a source of any fragmentation into chunks and hashes them in order. */
export async function* chunkLeaves(source: WeightsSource, options: DigestOptions = {}): AsyncGenerator<ChunkLeaf> {
  const hasher = options.hasher ?? platformLeafHasher();
  let index = 0;
  let filled = 0;
  for await (const fragment of fragments(source, options.signal)) {
    let offset = 0;
    while (offset < fragment.length) {
      const part = fragment.subarray(offset, offset + CHUNK_BYTES - filled);
      hasher.update(part);
      offset += part.length;
      filled += part.length;
      if (filled === CHUNK_BYTES) {
        yield { index: index++, leaf: await hasher.digest(), length: filled };
        filled = 0;
      }
    }
  }
  if (filled > 0) yield { index, leaf: await hasher.digest(), length: filled };
}

/**
 * Weights root of a source of any size, in constant memory.
 * @throws WeightsError WEIGHTS_EMPTY for a source without bytes, WEIGHTS_BAD_SOURCE for one that is none
 */
export function weightsRoot(
  source: WeightsSource,
  options: DigestOptions & { readonly leaves: true },
): Promise<WeightsDigestWithLeaves>;
export function weightsRoot(source: WeightsSource, options?: DigestOptions): Promise<WeightsDigest>;
export async function weightsRoot(
  source: WeightsSource,
  options: DigestOptions & { readonly leaves?: boolean } = {},
): Promise<WeightsDigest | WeightsDigestWithLeaves> {
  const total = sourceLength(source);
  const tree = new MerkleAccumulator();
  const leaves: Hex[] = [];
  let byteLength = 0;
  for await (const { leaf, length } of chunkLeaves(source, options)) {
    tree.append(leaf);
    if (options.leaves) leaves.push(toHex(leaf));
    byteLength += length;
    options.onProgress?.({ bytes: byteLength, chunks: tree.count, ...(total === undefined ? {} : { total }) });
  }
  const digest = { root: toHex(tree.root()), byteLength, chunks: tree.count };
  return options.leaves ? { ...digest, leaves } : digest;
}

/**
 * Leaf of one chunk, for {@link verifyInclusion}.
 * @throws WeightsError WEIGHTS_BAD_ARGUMENT when it is empty or longer than a chunk
 */
export async function hashChunk(chunk: Uint8Array, hasher: LeafHasher = platformLeafHasher()): Promise<Uint8Array> {
  if (chunk.length === 0 || chunk.length > CHUNK_BYTES) {
    throw new WeightsError("WEIGHTS_BAD_ARGUMENT", `a chunk has 1 to ${CHUNK_BYTES} bytes, not ${chunk.length}`, {
      details: { length: chunk.length },
    });
  }
  hasher.update(chunk);
  return hasher.digest();
}
