import { DatabaseSync, type SQLInputValue, type StatementSync } from "node:sqlite";
import { OperatorError } from "../errors.js";
import { MIGRATIONS } from "./migrations.js";

/** One row as SQLite returns it, integers as bigint. */
export type SqlRow = Readonly<Record<string, unknown>>;

/** Largest amount that a column holds: SQLite's integers are signed 64-bit numbers. */
export const MAX_AMOUNT = 2n ** 63n - 1n;

/** A SQLite file in WAL mode whose commits are on disk before they return. */
export class Database {
  readonly #db: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();

  /** Opens and migrates `file`. Throws `DATABASE_TOO_NEW` for one that a later release wrote. */
  constructor(file: string, options: { readOnly?: boolean } = {}) {
    this.#db = new DatabaseSync(file, { readOnly: options.readOnly ?? false });
    this.#db.exec("PRAGMA busy_timeout = 5000");
    if (options.readOnly) {
      this.#requireVersion(file);
      return;
    }
    this.#db.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON");
    this.#requireVersion(file);
    this.#migrate();
  }

  all(sql: string, ...values: SQLInputValue[]): SqlRow[] {
    return this.#prepare(sql).all(...values) as SqlRow[];
  }

  get(sql: string, ...values: SQLInputValue[]): SqlRow | undefined {
    return this.#prepare(sql).get(...values) as SqlRow | undefined;
  }

  run(sql: string, ...values: SQLInputValue[]): void {
    this.#prepare(sql).run(...values);
  }

  /** Runs `work` in one transaction: all of it is durable when this returns, nothing of it when it throws. */
  transaction<T>(work: () => T): T {
    this.#db.exec("BEGIN IMMEDIATE");
    try {
      const result = work();
      this.#db.exec("COMMIT");
      return result;
    } catch (error) {
      this.#rollback();
      throw error;
    }
  }

  close(): void {
    this.#statements.clear();
    this.#db.close();
  }

  /** SQLite has rolled back by itself after some errors (disk full, for one), and then refuses. */
  #rollback(): void {
    try {
      this.#db.exec("ROLLBACK");
    } catch {
      // Nothing is left open.
    }
  }

  #prepare(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.#db.prepare(sql);
      statement.setReadBigInts(true);
      this.#statements.set(sql, statement);
    }
    return statement;
  }

  #version(): number {
    return Number(this.get("PRAGMA user_version")?.user_version ?? 0);
  }

  #requireVersion(file: string): void {
    const version = this.#version();
    if (version > MIGRATIONS.length) {
      throw new OperatorError(
        "DATABASE_TOO_NEW",
        `${file} has schema ${version}, this release knows ${MIGRATIONS.length}: use the release that wrote it`,
      );
    }
  }

  #migrate(): void {
    for (let version = this.#version(); version < MIGRATIONS.length; version++) {
      this.transaction(() => {
        this.#db.exec(MIGRATIONS[version] ?? "");
        this.#db.exec(`PRAGMA user_version = ${version + 1}`);
      });
    }
  }
}
