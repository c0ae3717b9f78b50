import { readFile, rename, rm, writeFile } from "node:fs/promises";
import type { ChunkManifest, Hex } from "../../weights/index.js";
import { type FileState, sameState } from "./file.js";

/** How far a verification came. It counts only for the same manifest and for a file that did not change since. */
interface ResumeState {
  readonly root: Hex;
  readonly byteLength: number;
  /** Chunks from the first on that are right. */
  readonly verified: number;
  readonly file: FileState;
}

/** Chunks verified earlier; 0 when the state is missing, unreadable, or of another manifest or file. */
export async function loadVerified(path: string, manifest: ChunkManifest, file: FileState): Promise<number> {
  const state = parse(await readFile(path, "utf8").catch(() => ""));
  if (state === undefined || state.root !== manifest.root || state.byteLength !== manifest.byteLength) return 0;
  return sameState(file, state.file) ? state.verified : 0;
}

/** Replaces the state at once, so that a crash leaves the old one or the new one. */
export async function saveVerified(
  path: string,
  { root, byteLength }: ChunkManifest,
  file: FileState,
  verified: number,
): Promise<void> {
  const state: ResumeState = { root, byteLength, verified, file };
  await writeFile(`${path}.new`, JSON.stringify(state));
  await rename(`${path}.new`, path);
}

export async function clearVerified(path: string): Promise<void> {
  await rm(path, { force: true });
}

function parse(text: string): ResumeState | undefined {
  try {
    const state = JSON.parse(text) as Partial<ResumeState> | null;
    const { verified, file, root, byteLength } = state ?? {};
    if (!Number.isSafeInteger(verified) || file === undefined || file === null) return undefined;
    const known = { root, byteLength, verified, file } as ResumeState;
    return known.verified >= 0 && known.verified <= known.byteLength ? known : undefined;
  } catch {
    return undefined;
  }
}
