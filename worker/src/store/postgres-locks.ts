import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { connectionOptions, LOCK_KEY, openSession } from "./postgres-session.js";

/** Milliseconds for a server to take leave; the operating system closes what is left. */
const END_PATIENCE = 2_000;

/**
 * Locks that live as long as one connection does: the server drops them when the process or its machine dies, so that no
 * clock is needed. The connection must not go through a pooler that shares it (PgBouncer's transaction mode).
 */
export class PostgresLocks {
  readonly #url: string;
  #client: pg.Client | undefined;
  readonly #held = new Set<string>();
  #turn: Promise<unknown> = Promise.resolve();

  constructor(url: string) {
    this.#url = url;
  }

  /** Takes the lock, or makes sure that it is held still. False: another connection has it. Throws what the server says. */
  hold(name: string): Promise<boolean> {
    const result = this.#turn.then(() => this.#hold(name));
    this.#turn = result.catch(() => undefined);
    return result;
  }

  /** Drops all locks. */
  async close(): Promise<void> {
    await this.#turn;
    await this.#drop();
  }

  async #hold(name: string): Promise<boolean> {
    try {
      const client = this.#client ?? (await this.#connect());
      const { rows } = await client.query<{ held: boolean }>(
        this.#held.has(name)
          ? "SELECT true AS held"
          : { text: `SELECT pg_try_advisory_lock(${LOCK_KEY}) AS held`, values: [name] },
      );
      const held = rows[0]?.held === true;
      if (held) this.#held.add(name);
      return held;
    } catch (error) {
      await this.#drop();
      throw error;
    }
  }

  async #connect(): Promise<pg.Client> {
    const client = new pg.Client(connectionOptions(this.#url));
    client.on("error", () => {
      if (this.#client === client) void this.#drop();
    });
    this.#client = client;
    await client.connect();
    await openSession(client, false);
    return client;
  }

  async #drop(): Promise<void> {
    const client = this.#client;
    this.#client = undefined;
    this.#held.clear();
    await Promise.race([client?.end().catch(() => undefined), sleep(END_PATIENCE, undefined, { ref: false })]);
  }
}
