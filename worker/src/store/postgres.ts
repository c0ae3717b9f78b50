import pg from "pg";
import { OperatorError, WorkerError } from "../errors.js";
import type { Database, Sql, SqlRow, SqlValue } from "./database.js";
import { POSTGRES } from "./dialect.js";
import { connectionOptions, LOCK_KEY, openSession, unreachable } from "./postgres-session.js";
import { migrate, requireSchema, type SchemaVersion } from "./schema.js";

/** Connections of one worker; what waits for one is short. */
const CONNECTIONS = 10;
/** What errors call it: the URL may hold a password. */
const NAME = "the database of --database";

/** A PostgreSQL database, for any number of processes. */
export class PostgresDatabase implements Database {
  readonly dialect = POSTGRES;
  readonly #pool: pg.Pool;

  private constructor(pool: pg.Pool) {
    this.#pool = pool;
  }

  /**
   * Opens and migrates the database of a URL; one that is only read must be migrated. Throws `DATABASE_UNREACHABLE`, and
   * `DATABASE_NOT_DURABLE` for a server whose commits do not outlive a crash.
   */
  static async open(url: string, { readOnly = false } = {}): Promise<PostgresDatabase> {
    const pool = new pg.Pool({
      ...connectionOptions(url),
      max: CONNECTIONS,
      onConnect: (client) => openSession(client, readOnly),
    });
    // Of idle connections: the next statement gets another one.
    pool.on("error", () => undefined);
    const db = new PostgresDatabase(pool);
    try {
      const fsync = await db.get("SELECT current_setting('fsync') AS value").catch((error: unknown) => {
        throw unreachable(error);
      });
      if (fsync?.value !== "on") {
        throw new OperatorError("DATABASE_NOT_DURABLE", `${NAME} runs with fsync off: turn it on`);
      }
      await (readOnly ? requireSchema : migrate)(db, META_ROW, NAME);
      return db;
    } catch (error) {
      await db.close();
      throw error;
    }
  }

  all(sql: string, ...values: SqlValue[]): Promise<SqlRow[]> {
    return new PostgresStatements(this.#pool).all(sql, ...values);
  }

  get(sql: string, ...values: SqlValue[]): Promise<SqlRow | undefined> {
    return new PostgresStatements(this.#pool).get(sql, ...values);
  }

  run(sql: string, ...values: SqlValue[]): Promise<number> {
    return new PostgresStatements(this.#pool).run(sql, ...values);
  }

  script(sql: string): Promise<void> {
    return new PostgresStatements(this.#pool).script(sql);
  }

  transaction<T>(work: (sql: Sql) => Promise<T>): Promise<T> {
    return this.#withClient(async (client) => {
      await client.query("BEGIN");
      try {
        const result = await work(new PostgresStatements(client));
        const { command } = await client.query("COMMIT");
        // The answer to a COMMIT after a statement that failed.
        if (command !== "COMMIT") throw new WorkerError("ROLLED_BACK", "the database rolled a transaction back");
        return () => result;
      } catch (error) {
        await client.query("ROLLBACK");
        return () => {
          throw error;
        };
      }
    });
  }

  /** Runs `work` while nobody else runs any under the same name on this database. */
  exclusive<T>(name: string, work: () => Promise<T>): Promise<T> {
    return this.#withClient(async (client) => {
      await client.query(`SELECT pg_advisory_lock(${LOCK_KEY})`, [name]);
      const [outcome] = await Promise.allSettled([work()]);
      await client.query("SELECT pg_advisory_unlock_all()");
      return () => {
        if (outcome.status === "rejected") throw outcome.reason;
        return outcome.value;
      };
    });
  }

  close(): Promise<void> {
    return this.#pool.end();
  }

  /** A connection on which anything failed but what `work` returns is not used again: what it still holds goes with it. */
  async #withClient<T>(work: (client: pg.PoolClient) => Promise<() => T>): Promise<T> {
    const client = await this.#pool.connect();
    let outcome: (() => T) | undefined;
    try {
      outcome = await work(client);
    } finally {
      client.release(outcome === undefined);
    }
    return outcome();
  }
}

class PostgresStatements implements Sql {
  readonly #client: pg.Pool | pg.PoolClient;

  constructor(client: pg.Pool | pg.PoolClient) {
    this.#client = client;
  }

  async all(sql: string, ...values: SqlValue[]): Promise<SqlRow[]> {
    return (await this.#query(sql, values)).rows;
  }

  async get(sql: string, ...values: SqlValue[]): Promise<SqlRow | undefined> {
    return (await this.#query(sql, values)).rows[0];
  }

  async run(sql: string, ...values: SqlValue[]): Promise<number> {
    return (await this.#query(sql, values)).rowCount ?? 0;
  }

  async script(sql: string): Promise<void> {
    await this.#client.query(sql);
  }

  #query(sql: string, values: SqlValue[]): Promise<pg.QueryResult<SqlRow>> {
    return this.#client.query<SqlRow>({ ...statementOf(sql), values });
  }
}

/** Named statements are parsed once per connection. */
const statements = new Map<string, { readonly name: string; readonly text: string }>();

function statementOf(sql: string): { readonly name: string; readonly text: string } {
  let statement = statements.get(sql);
  if (statement === undefined) {
    let values = 0;
    statement = { name: `freehold_${statements.size}`, text: sql.replace(/\?/g, () => `$${++values}`) };
    statements.set(sql, statement);
  }
  return statement;
}

const META_ROW: SchemaVersion = {
  async read(sql) {
    const { found } = (await sql.get("SELECT to_regclass('meta') IS NOT NULL AS found")) ?? {};
    const row = found === true ? await sql.get("SELECT value FROM meta WHERE key = 'schema'") : undefined;
    return Number(row?.value ?? 0);
  },
  async lock(sql) {
    await sql.all(`SELECT pg_advisory_xact_lock(${LOCK_KEY.replace("$1", "?")})`, "schema");
    return META_ROW.read(sql);
  },
  async write(sql, version) {
    await sql.script(`INSERT INTO meta (key, value) VALUES ('schema', '${version}')
      ON CONFLICT (key) DO UPDATE SET value = excluded.value`);
  },
};
