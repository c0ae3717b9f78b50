import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { OperatorError } from "../errors.js";

/** A data directory that this process alone writes to. */
export interface DirectoryLock {
  release(): void;
}

/**
 * Takes the data directory for this process. The lock is SQLite's own file lock, which the operating system drops when
 * the process dies, however it dies: there is no stale lock file to delete. Throws `DATA_DIR_IN_USE`.
 */
export function lockDirectory(directory: string): DirectoryLock {
  const db = new DatabaseSync(join(directory, "lock.sqlite"));
  try {
    db.exec("PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE");
  } catch (cause) {
    db.close();
    throw new OperatorError("DATA_DIR_IN_USE", `${directory} is in use by another worker: give each its own --data`, {
      cause,
    });
  }
  return { release: () => db.close() };
}
