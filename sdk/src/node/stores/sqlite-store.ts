import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { decodeState, encodeState } from "../../inference/codec.js";
import { type ChannelStore, corrupt, type Stored, StoreError } from "../../inference/store.js";

type Database = import("node:sqlite").DatabaseSync;

const LONGEST_PAUSE_MS = 10;
const SCHEMA = `
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = FULL;
  PRAGMA busy_timeout = 0;
  CREATE TABLE IF NOT EXISTS freehold_payments (key TEXT PRIMARY KEY, revision INTEGER NOT NULL, state TEXT NOT NULL) STRICT`;

/** A store with a file that can be closed. */
export interface SqliteStore extends ChannelStore {
  /** Closes the file; opened again by the next use. */
  close(): Promise<void>;
}

/**
 * Keeps payments in an SQLite file (WAL, every commit synced), for any number of processes of one machine. A swap is on disk
 * when it resolves.
 */
export function sqliteStore(file: string): SqliteStore {
  let opened: Promise<Database> | undefined;
  const use = async <T>(key: string, work: (database: Database) => T): Promise<T> => {
    opened ??= open(file);
    let database: Database;
    try {
      database = await opened;
    } catch (error) {
      opened = undefined;
      throw isCorrupt(error) ? corrupt(file, key, error) : error;
    }
    return patiently(() => work(database), file, key);
  };
  const read = (database: Database, key: string): Stored | undefined => {
    const row = database.prepare("SELECT revision, state FROM freehold_payments WHERE key = ?").get(key);
    return row === undefined ? undefined : stored(row, file, key);
  };
  return {
    get: (key) => use(key, (database) => read(database, key)),
    compareAndSwap: (key, expected, state) =>
      use(key, (database) => {
        // The comparison is part of the statement, and a statement is a transaction.
        const text = encodeState(state);
        const { changes } =
          expected === undefined
            ? database.prepare("INSERT INTO freehold_payments VALUES (?, 1, ?) ON CONFLICT DO NOTHING").run(key, text)
            : database
                .prepare(
                  "UPDATE freehold_payments SET revision = revision + 1, state = ? WHERE key = ? AND revision = ?",
                )
                .run(text, key, revisionOf(expected));
        if (Number(changes) === 0) {
          // A state that cannot be read is an error, not a lost race.
          read(database, key);
          return undefined;
        }
        return { revision: expected === undefined ? "1" : `${revisionOf(expected) + 1n}`, state };
      }),
    async close() {
      const closing = opened;
      opened = undefined;
      (await closing?.catch(() => undefined))?.close();
    },
  };
}

async function open(file: string): Promise<Database> {
  // Loaded when it is needed: some releases of Node warn that it is new.
  const { DatabaseSync } = await import("node:sqlite");
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const database = new DatabaseSync(file);
  try {
    await patiently(() => database.exec(SCHEMA), file, "the table");
  } catch (error) {
    database.close();
    throw error;
  }
  return database;
}

/** Tries again while another process writes. SQLite's own waiting would stop the whole process. */
async function patiently<T>(work: () => T, file: string, key: string): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return work();
    } catch (error) {
      if (isCorrupt(error)) throw error instanceof StoreError ? error : corrupt(file, key, error);
      if (!/locked|busy/i.test(String((error as Error).message))) throw error;
    }
    await pause(Math.random() * Math.min(tries, LONGEST_PAUSE_MS));
  }
}

function isCorrupt(error: unknown): boolean {
  if (error instanceof StoreError) return error.code === "STORE_CORRUPT";
  // SQLITE_CORRUPT and SQLITE_NOTADB.
  const { errcode } = (error ?? {}) as { errcode?: unknown };
  return typeof errcode === "number" && [11, 26].includes(errcode & 0xff);
}

function stored(row: Readonly<Record<string, unknown>>, file: string, key: string): Stored {
  try {
    return { revision: String(row.revision), state: decodeState(String(row.state)) };
  } catch (cause) {
    throw corrupt(file, key, cause);
  }
}

/** A revision of this store as a number; one that is none matches no row. */
function revisionOf(revision: string): bigint {
  return /^[0-9]{1,18}$/.test(revision) ? BigInt(revision) : -1n;
}
