import { type FileHandle, open } from "node:fs/promises";
import { WeightsError } from "../../weights/index.js";

/** What changes when a file's contents do. */
export interface FileState {
  /** Bytes. */
  readonly size: number;
  readonly inode: string;
  /** Nanoseconds of the last change of the contents, and of the contents or attributes. */
  readonly mtime: string;
  readonly ctime: string;
}

/** A file that is being read. */
export interface OpenFile {
  readonly path: string;
  readonly handle: FileHandle;
  /** Bytes to read; the file must not be shorter. */
  readonly byteLength: number;
}

/**
 * Opens a regular file for reading, runs `use`, closes it.
 * @throws WeightsError WEIGHTS_FILE_UNREADABLE
 */
export async function withFile<T>(path: string, use: (handle: FileHandle, state: FileState) => Promise<T>): Promise<T> {
  const handle = await open(path, "r").catch((cause: NodeJS.ErrnoException) => {
    throw unreadable(path, cause.code ?? "unknown error", cause);
  });
  try {
    const state = await fileState(handle);
    if (state === undefined) throw unreadable(path, "not a regular file");
    return await use(handle, state);
  } finally {
    await handle.close();
  }
}

/** Undefined when it is not a regular file. */
export async function fileState(handle: FileHandle): Promise<FileState | undefined> {
  const stat = await handle.stat({ bigint: true });
  if (!stat.isFile()) return undefined;
  return {
    size: Number(stat.size),
    inode: String(stat.ino),
    mtime: String(stat.mtimeNs),
    ctime: String(stat.ctimeNs),
  };
}

export function sameState(a: FileState, b: FileState | undefined): boolean {
  return b !== undefined && a.size === b.size && a.inode === b.inode && a.mtime === b.mtime && a.ctime === b.ctime;
}

/** @throws WeightsError WEIGHTS_FILE_CHANGED when the file is not what it was when it was opened */
export async function checkUnchanged(path: string, handle: FileHandle, before: FileState): Promise<void> {
  if (!sameState(before, await fileState(handle))) throw changedError(path);
}

export function changedError(path: string): WeightsError {
  return new WeightsError("WEIGHTS_FILE_CHANGED", `${path} changed while it was read`, {
    details: { path },
    hint: "Let the writer finish, then try again.",
  });
}

/** One read takes less than 2 GiB. */
const MAX_READ_BYTES = 1 << 30;

/**
 * Fills `buffer` from a position of the file.
 * @throws WeightsError WEIGHTS_FILE_CHANGED when the file ends before, WEIGHTS_FILE_UNREADABLE
 */
export async function readFully(path: string, handle: FileHandle, buffer: Uint8Array, position: number): Promise<void> {
  let filled = 0;
  while (filled < buffer.length) {
    const length = Math.min(buffer.length - filled, MAX_READ_BYTES);
    const { bytesRead } = await handle.read(buffer, filled, length, position + filled).catch((cause) => {
      throw unreadable(path, String(cause), cause);
    });
    if (bytesRead === 0) throw changedError(path);
    filled += bytesRead;
  }
}

export function unreadable(path: string, reason: string, cause?: unknown): WeightsError {
  return new WeightsError("WEIGHTS_FILE_UNREADABLE", `${path} cannot be read: ${reason}`, {
    details: { path, reason },
    hint: "Give the path of a file that this process may read.",
    cause,
  });
}
