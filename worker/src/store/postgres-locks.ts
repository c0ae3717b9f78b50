import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { connectionOptions, LOCK_KEY, openSession } from "./postgres-session.js";

/** Milliseconds after which the server drops the locks of a process that is frozen. */
const IDLE_TIMEOUT = 60_000;
/** Milliseconds for a server to take leave; the operating system closes what is left. */
const END_PATIENCE = 2_000;

/**
 * Locks that live as long as one connection does: the server drops them when the process or its machine dies, so that no
 * clock is compared. The connection must not go through a pooler that shares it (PgBouncer's transaction mode).
 */
export class PostgresLocks {
  readonly #url: string;
  readonly #idleTimeout: number;
  readonly #held = new Set<string>();
  readonly #sign: NodeJS.Timeout;
  #client: pg.Client | undefined;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(url: string, idleTimeout = IDLE_TIMEOUT) {
    this.#url = url;
    this.#idleTimeout = idleTimeout;
    this.#sign = setInterval(() => void this.#alone(() => this.#signOfLife()), idleTimeout / 4).unref();
  }

  /** Takes the lock, or makes sure that it is held still. False: another connection has it. Throws what the server says. */
  hold(name: string): Promise<boolean> {
    return this.#alone(async () => {
      try {
        const client = this.#client ?? (await this.#connect());
        const lock = { text: `SELECT pg_try_advisory_lock(${LOCK_KEY}) AS held`, values: [name] };
        // The server counts how often a lock is taken: once is enough.
        const { rows } = await client.query<{ held: boolean }>(this.#held.has(name) ? "SELECT true AS held" : lock);
        const held = rows[0]?.held === true;
        if (held) this.#held.add(name);
        return held;
      } catch (error) {
        await this.#drop();
        throw error;
      }
    });
  }

  /** Drops all locks. */
  async close(): Promise<void> {
    clearInterval(this.#sign);
    await this.#alone(() => this.#drop());
  }

  async #connect(): Promise<pg.Client> {
    const client = new pg.Client(connectionOptions(this.#url));
    client.on("error", () => {
      if (this.#client === client) void this.#drop();
    });
    this.#client = client;
    await client.connect();
    await openSession(client, false);
    // Since PostgreSQL 14; before, a frozen process keeps its locks.
    await client.query("SELECT set_config(name, $1, false) FROM pg_settings WHERE name = 'idle_session_timeout'", [
      String(this.#idleTimeout),
    ]);
    return client;
  }

  async #signOfLife(): Promise<void> {
    await this.#client?.query("SELECT 1").catch(() => this.#drop());
  }

  async #drop(): Promise<void> {
    const client = this.#client;
    this.#client = undefined;
    this.#held.clear();
    await Promise.race([client?.end().catch(() => undefined), sleep(END_PATIENCE, undefined, { ref: false })]);
  }

  /** One thing at a time on the connection. */
  #alone<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(work);
    this.#turn = result.catch(() => undefined);
    return result;
  }
}
