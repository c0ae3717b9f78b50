import { toHex } from "../../hex.js";
import { CHUNK_BYTES } from "../../weights/chunk.js";
import {
  type Hex,
  MerkleAccumulator,
  type Progress,
  type WeightsDigest,
  type WeightsDigestWithLeaves,
} from "../../weights/index.js";
import { emptyError } from "../../weights/merkle.js";
import { checkUnchanged, withFile } from "./file.js";
import { fileLeaves, type LeavesOptions } from "./file-leaves.js";

export interface HashFileOptions extends LeavesOptions {
  /** Called as chunks are done, in order. */
  readonly onProgress?: (progress: Progress) => void;
}

/**
 * Weights root of a file, on worker threads when it is large. With `leaves` the result is its chunk manifest too.
 * @throws WeightsError WEIGHTS_EMPTY, WEIGHTS_FILE_UNREADABLE, WEIGHTS_FILE_CHANGED, WEIGHTS_BAD_ARGUMENT; the signal's
 * reason when it aborts
 */
export function hashFile(
  path: string,
  options: HashFileOptions & { readonly leaves: true },
): Promise<WeightsDigestWithLeaves>;
export function hashFile(path: string, options?: HashFileOptions): Promise<WeightsDigest>;
export function hashFile(
  path: string,
  options: HashFileOptions & { readonly leaves?: boolean } = {},
): Promise<WeightsDigest | WeightsDigestWithLeaves> {
  return withFile(path, async (handle, state) => {
    const byteLength = state.size;
    if (byteLength === 0) throw emptyError(path);
    const tree = new MerkleAccumulator();
    const leaves: Hex[] = [];
    for await (const run of fileLeaves({ path, handle, byteLength }, 0, options)) {
      for (const leaf of run.leaves) {
        tree.append(leaf);
        if (options.leaves) leaves.push(toHex(leaf));
      }
      const chunks = tree.count;
      options.onProgress?.({ bytes: Math.min(chunks * CHUNK_BYTES, byteLength), total: byteLength, chunks });
    }
    await checkUnchanged(path, handle, state);
    const digest = { root: toHex(tree.root()), byteLength, chunks: tree.count };
    return options.leaves ? { ...digest, leaves } : digest;
  });
}
