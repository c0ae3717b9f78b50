import { CHUNK_BYTES } from "../../weights/chunk.js";
import { type ChunkManifest, type Progress, parseManifest } from "../../weights/index.js";
import { checkFrom, checkLeaf, tooLongError, truncatedError } from "../../weights/manifest.js";
import { checkUnchanged, type FileState, withFile } from "./file.js";
import { fileLeaves, type LeavesOptions } from "./file-leaves.js";
import { clearVerified, loadVerified, saveVerified } from "./resume-state.js";

export interface VerifyFileOptions extends LeavesOptions {
  readonly onProgress?: (progress: Progress) => void;
  /** First chunk to verify: the caller vouches for those before it. Not together with `stateFile`. Default 0. */
  readonly resumeFrom?: number;
  /**
   * Where to keep how far the verification came. Written as it goes on and when it stops early, removed when all is right.
   * A state of another manifest, or of a file that changed since, does not count.
   */
  readonly stateFile?: string;
}

export interface VerifiedFile {
  /** Chunks of the file. */
  readonly chunks: number;
  /** Chunk at which this call started. */
  readonly resumedFrom: number;
}

/** Chunks between two writes of the state. */
const SAVE_CHUNKS = 256;

/**
 * Verifies a file against its manifest, on worker threads when it is large, and stops at the first wrong chunk.
 * @throws WeightsError WEIGHTS_BAD_MANIFEST; WEIGHTS_TRUNCATED, WEIGHTS_TOO_LONG before anything is read;
 * WEIGHTS_CHUNK_MISMATCH {index, expected, actual}; as {@link hashFile}
 */
export function verifyFile(
  path: string,
  manifest: ChunkManifest,
  options: VerifyFileOptions = {},
): Promise<VerifiedFile> {
  const checked = parseManifest(manifest);
  const { byteLength } = checked;
  return withFile(path, async (handle, state) => {
    if (state.size < byteLength) throw truncatedError(checked, state.size);
    if (state.size > byteLength) throw tooLongError(checked, state.size);
    const from = await start(checked, state, options);
    let verified = from;
    let saved = from;
    const save = async () => {
      if (options.stateFile === undefined || verified === saved) return;
      await saveVerified(options.stateFile, checked, state, verified);
      saved = verified;
    };
    try {
      for await (const { leaves } of fileLeaves({ path, handle, byteLength }, from, options)) {
        for (const leaf of leaves) {
          checkLeaf(checked, verified, leaf);
          verified++;
        }
        const bytes = Math.min(verified * CHUNK_BYTES, byteLength);
        options.onProgress?.({ bytes, total: byteLength, chunks: verified });
        if (verified - saved >= SAVE_CHUNKS) await save();
      }
      await checkUnchanged(path, handle, state);
    } catch (error) {
      // What stopped the verification matters more than a state that cannot be written.
      await save().catch(() => undefined);
      throw error;
    }
    if (options.stateFile !== undefined) await clearVerified(options.stateFile);
    return { chunks: checked.leaves.length, resumedFrom: from };
  });
}

async function start(manifest: ChunkManifest, file: FileState, options: VerifyFileOptions): Promise<number> {
  const { resumeFrom, stateFile } = options;
  if (resumeFrom !== undefined || stateFile === undefined) return checkFrom(manifest, resumeFrom ?? 0);
  const verified = await loadVerified(stateFile, manifest, file);
  return verified <= manifest.leaves.length ? verified : 0;
}
