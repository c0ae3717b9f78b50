import { createHash, randomBytes } from "node:crypto";
import { type FileHandle, link, open, rename, unlink } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { Source } from "../formats/sections.js";
import { step, type WorkOptions } from "../work.js";
import { CeremonyError } from "./errors.js";
import type { Pin } from "./pins.js";

/** Bytes that are read at once. */
const PIECE = 1 << 20;

/** Runs with a file open for reading. @throws CeremonyError `NO_FILE`, or `CHANGED` when somebody wrote to it meanwhile */
export async function withFile<T>(path: string, use: (source: Source) => Promise<T>): Promise<T> {
  const handle = await open(path, "r").catch((cause: unknown) => {
    throw noFile(path, "read", cause);
  });
  try {
    const before = await handle.stat();
    if (!before.isFile()) throw new CeremonyError("NO_FILE", `${path} is no file`);
    const read = async (offset: number, length: number) => {
      const out = new Uint8Array(length);
      for (let at = 0; at < length; ) {
        const { bytesRead } = await handle.read(out, at, Math.min(length - at, 1 << 30), offset + at);
        if (bytesRead === 0) throw new CeremonyError("CHANGED", `${path} became shorter while it was read`);
        at += bytesRead;
      }
      return out;
    };
    const result = await use({ length: before.size, read });
    const after = await handle.stat();
    if (after.size !== before.size || after.mtimeMs !== before.mtimeMs)
      throw new CeremonyError("CHANGED", `${path} changed while it was read`);
    return result;
  } finally {
    await handle.close();
  }
}

/** A whole file. */
export function readFile(path: string): Promise<Uint8Array> {
  return withFile(path, (source) => source.read(0, source.length));
}

/** Refuses a file that is not the pinned one. Reads all of it, in pieces. @throws CeremonyError `BAD_HASH` */
export async function checkPin(path: string, source: Source, { algorithm, hash }: Pin, options: WorkOptions = {}) {
  const hasher = createHash(algorithm);
  for (let at = 0; at < source.length; at += PIECE) {
    hasher.update(await source.read(at, Math.min(PIECE, source.length - at)));
    if (at % (16 * PIECE) === 0) await step(options, at / source.length);
  }
  const found = hasher.digest("hex");
  if (found !== hash) throw new CeremonyError("BAD_HASH", `${path} has the ${algorithm} hash ${found}, not ${hash}`);
}

/**
 * Writes a file whole or not at all: under another name beside it, synced, then moved. What is there already is never overwritten.
 * @throws CeremonyError `EXISTS`, `NO_FILE`
 */
export async function createFile(path: string, write: (handle: FileHandle) => Promise<void>): Promise<void> {
  await checkAbsent(path);
  const temporary = join(dirname(path), `.${basename(path)}.${randomBytes(6).toString("hex")}.part`);
  const handle = await open(temporary, "wx").catch((cause: unknown) => {
    throw noFile(path, "written", cause);
  });
  try {
    try {
      await write(handle);
      await handle.sync();
    } finally {
      await handle.close();
    }
    // A link fails where a file is, a rename would replace it; not all file systems have links.
    await link(temporary, path).catch(async (cause: NodeJS.ErrnoException) => {
      if (cause.code === "EEXIST") throw new CeremonyError("EXISTS", `${path} exists`, { cause });
      await checkAbsent(path);
      await rename(temporary, path);
    });
    await syncDirectory(dirname(path));
  } finally {
    await unlink(temporary).catch(() => undefined);
  }
}

/** @throws CeremonyError `EXISTS` */
export async function checkAbsent(path: string): Promise<void> {
  const handle = await open(path, "r").catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === "ENOENT") return undefined;
    throw noFile(path, "written", cause);
  });
  await handle?.close();
  if (handle !== undefined) throw new CeremonyError("EXISTS", `${path} exists`);
}

export function createFileOf(path: string, bytes: Uint8Array | string): Promise<void> {
  return createFile(path, (handle) => handle.writeFile(bytes));
}

async function syncDirectory(path: string): Promise<void> {
  const handle = await open(path, "r").catch(() => undefined);
  // Windows opens no directory, and some file systems sync none.
  await handle?.sync().catch(() => undefined);
  await handle?.close();
}

function noFile(path: string, what: string, cause: unknown): CeremonyError {
  const code = (cause as NodeJS.ErrnoException).code ?? "unknown error";
  return new CeremonyError("NO_FILE", `${path} cannot be ${what} (${code})`, { cause });
}
