/** Bytes of a chunk; only the last chunk of a file may be shorter. */
export const CHUNK_BYTES = 1 << 20;
/** Bytes of a leaf, a node and a root. */
export const HASH_BYTES = 32;

/** Number of chunks of a file of `byteLength` bytes. */
export function chunkCount(byteLength: number): number {
  return Math.ceil(byteLength / CHUNK_BYTES);
}
