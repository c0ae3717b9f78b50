import { createHash } from "node:crypto";
import { mkdir, open, readFile, rename } from "node:fs/promises";
import { join } from "node:path";
import { decodeState, encodeState } from "../../inference/codec.js";
import { type ChannelStore, corrupt, type Stored, type StoreState } from "../../inference/store.js";
import { DirectoryLock } from "./lock.js";

/**
 * Keeps payments in a directory, one small file each, for any number of processes of one machine. A swap is on disk when it
 * resolves; a crash leaves the old state or the new one. A network file system has to honour POSIX locks.
 */
export function fileStore(directory: string): ChannelStore {
  const lock = new DirectoryLock(directory);
  const fileOf = (key: string) =>
    join(directory, `${createHash("sha256").update(key).digest("hex").slice(0, 32)}.json`);
  return {
    get: (key) => load(fileOf(key), key),
    compareAndSwap(key, expected, state) {
      const file = fileOf(key);
      return lock.hold(async () => {
        const current = await load(file, key);
        if (current?.revision !== expected) return undefined;
        const revision = `${BigInt(current?.revision ?? 0) + 1n}`;
        await write(directory, file, JSON.stringify({ key, revision, state: encodeState(state) }));
        return { revision, state };
      });
    },
  };
}

async function load(file: string, key: string): Promise<Stored | undefined> {
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
  try {
    return parse(text, key);
  } catch (cause) {
    throw corrupt(file, key, cause);
  }
}

function parse(text: string, key: string): Stored<StoreState> {
  const json = JSON.parse(text) as Record<string, unknown>;
  if (json.key !== key) throw new TypeError("it is of another key");
  const { revision, state } = json;
  if (typeof revision !== "string" || !/^[1-9][0-9]{0,30}$/.test(revision)) throw new TypeError("it has no revision");
  if (typeof state !== "string") throw new TypeError("it has no state");
  return { revision, state: decodeState(state) };
}

/** Replaces a file in one step, and waits until file and directory entry are on disk. */
async function write(directory: string, file: string, text: string): Promise<void> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const temporary = `${file}.tmp`;
  const handle = await open(temporary, "w", 0o600);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(temporary, file);
  await syncDirectory(directory);
}

async function syncDirectory(directory: string): Promise<void> {
  // Windows opens no directories, and has no need to.
  if (process.platform === "win32") return;
  const handle = await open(directory, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
