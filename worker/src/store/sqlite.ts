import { DatabaseSync, type StatementSync } from "node:sqlite";
import { OperatorError } from "../errors.js";
import type { Database, Sql, SqlRow, SqlValue } from "./database.js";
import { SQLITE } from "./dialect.js";
import { migrate, noDatabase, requireSchema, type SchemaVersion } from "./schema.js";

/** A SQLite file in WAL mode, for one process. */
export class SqliteDatabase implements Database {
  readonly dialect = SQLITE;
  readonly #db: DatabaseSync;
  readonly #sql: SqliteStatements;
  #queue: Promise<unknown> = Promise.resolve();

  private constructor(db: DatabaseSync) {
    this.#db = db;
    this.#sql = new SqliteStatements(db);
  }

  /** Opens and migrates `file`; one that is only read must be migrated. */
  static async open(file: string, { readOnly = false } = {}): Promise<SqliteDatabase> {
    if (readOnly) return SqliteDatabase.#openReader(file);
    const db = new SqliteDatabase(new DatabaseSync(file));
    try {
      await db.script(`${PATIENCE}; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON`);
      await migrate(db, USER_VERSION, file);
      return db;
    } catch (error) {
      await db.close();
      throw error;
    }
  }

  static async #openReader(file: string): Promise<SqliteDatabase> {
    let db: SqliteDatabase | undefined;
    try {
      db = new SqliteDatabase(new DatabaseSync(file, { readOnly: true }));
      await db.script(PATIENCE);
      await requireSchema(db, USER_VERSION, file);
      return db;
    } catch (error) {
      await db?.close();
      throw error instanceof OperatorError ? error : noDatabase(file, error);
    }
  }

  all(sql: string, ...values: SqlValue[]): Promise<SqlRow[]> {
    return this.#alone(() => this.#sql.all(sql, ...values));
  }

  get(sql: string, ...values: SqlValue[]): Promise<SqlRow | undefined> {
    return this.#alone(() => this.#sql.get(sql, ...values));
  }

  run(sql: string, ...values: SqlValue[]): Promise<number> {
    return this.#alone(() => this.#sql.run(sql, ...values));
  }

  script(sql: string): Promise<void> {
    return this.#alone(() => this.#sql.script(sql));
  }

  transaction<T>(work: (sql: Sql) => Promise<T>): Promise<T> {
    return this.#alone(async () => {
      this.#db.exec("BEGIN IMMEDIATE");
      try {
        const result = await work(this.#sql);
        this.#db.exec("COMMIT");
        return result;
      } catch (error) {
        this.#rollback();
        throw error;
      }
    });
  }

  close(): Promise<void> {
    return this.#alone(async () => this.#db.close());
  }

  /** There is one connection: what is not of a transaction waits until that is over. */
  #alone<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#queue.then(work);
    this.#queue = result.catch(() => undefined);
    return result;
  }

  /** SQLite has rolled back by itself after some errors (disk full, for one), and then refuses. */
  #rollback(): void {
    try {
      this.#db.exec("ROLLBACK");
    } catch {
      // Nothing is left open.
    }
  }
}

class SqliteStatements implements Sql {
  readonly #db: DatabaseSync;
  readonly #prepared = new Map<string, StatementSync>();

  constructor(db: DatabaseSync) {
    this.#db = db;
  }

  async all(sql: string, ...values: SqlValue[]): Promise<SqlRow[]> {
    return this.#prepare(sql).all(...values) as SqlRow[];
  }

  async get(sql: string, ...values: SqlValue[]): Promise<SqlRow | undefined> {
    return this.#prepare(sql).get(...values) as SqlRow | undefined;
  }

  async run(sql: string, ...values: SqlValue[]): Promise<number> {
    return Number(this.#prepare(sql).run(...values).changes);
  }

  async script(sql: string): Promise<void> {
    this.#db.exec(sql);
  }

  #prepare(sql: string): StatementSync {
    let statement = this.#prepared.get(sql);
    if (statement === undefined) {
      statement = this.#db.prepare(sql);
      statement.setReadBigInts(true);
      this.#prepared.set(sql, statement);
    }
    return statement;
  }
}

/** A reader and the writer of a file may meet. */
const PATIENCE = "PRAGMA busy_timeout = 5000";

const USER_VERSION: SchemaVersion = {
  async read(sql) {
    return Number((await sql.get("PRAGMA user_version"))?.user_version ?? 0);
  },
  // The transaction has the file to itself.
  lock: (sql) => USER_VERSION.read(sql),
  write: (sql, version) => sql.script(`PRAGMA user_version = ${version}`),
};
