import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";

const LONGEST_PAUSE_MS = 10;

/**
 * A lock on a directory, against all processes of this machine: SQLite's own file lock, which the operating system drops when
 * the process dies, however it dies. There is no stale lock file.
 */
export class DirectoryLock {
  readonly #directory: string;
  #tail: Promise<unknown> = Promise.resolve();
  #database: Promise<import("node:sqlite").DatabaseSync> | undefined;

  constructor(directory: string) {
    this.#directory = directory;
  }

  /** Runs `work` while nobody else, in this process or another one, runs theirs. */
  hold<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#tail.then(() => this.#held(work));
    this.#tail = result.catch(() => undefined);
    return result;
  }

  async #held<T>(work: () => Promise<T>): Promise<T> {
    this.#database ??= open(this.#directory);
    const database = await this.#database.catch((error: unknown) => {
      this.#database = undefined;
      throw error;
    });
    for (let tries = 1; !begin(database); tries++) await pause(Math.random() * Math.min(tries, LONGEST_PAUSE_MS));
    try {
      return await work();
    } finally {
      database.exec("ROLLBACK");
    }
  }
}

async function open(directory: string) {
  // Loaded when it is needed: some releases of Node warn that it is new.
  const { DatabaseSync } = await import("node:sqlite");
  await mkdir(directory, { recursive: true, mode: 0o700 });
  return new DatabaseSync(join(directory, "lock.sqlite"));
}

/** Whether the lock was free. SQLite's own waiting would stop the whole process. */
function begin(database: import("node:sqlite").DatabaseSync): boolean {
  try {
    database.exec("PRAGMA busy_timeout = 0; BEGIN IMMEDIATE");
    return true;
  } catch (error) {
    if (/locked|busy/i.test(String((error as Error).message))) return false;
    throw error;
  }
}
