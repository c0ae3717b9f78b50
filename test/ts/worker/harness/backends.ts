import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openStore, type Store, type StoreIdentity, type StoreLocation } from "../../../../worker/dist/store/index.js";
import { requirePostgres, startPostgres, type TestPostgres } from "../../utils/postgres.ts";

/** A kind of database that the worker's books can be in. */
export interface Backend {
  readonly name: string;
  /** Call it in `before`. */
  prepare(context: Mocha.Context): Promise<void>;
  /** Empty books. */
  create(): Promise<StoreLocation>;
  remove(location: StoreLocation): void;
  /** A second writer of the same books: another replica where there can be one. It closes with the first one's test. */
  other(location: StoreLocation, identity: StoreIdentity, store: Store): Promise<Store>;
}

let server: Promise<TestPostgres> | undefined;

/** The server of all worker tests: each takes databases of its own. */
export function sharedPostgres(): Promise<TestPostgres> {
  server ??= startPostgres();
  return server;
}

// A root hook: after all files.
after(async () => {
  await (await server)?.stop();
});

export const sqlite: Backend = {
  name: "SQLite",
  async prepare() {
    // Node has it.
  },
  async create() {
    return { data: mkdtempSync(join(tmpdir(), "freehold-store-")), database: undefined };
  },
  remove({ data }) {
    if (data !== undefined) rmSync(data, { recursive: true });
  },
  other: async (_, __, store) => store,
};

export const postgres: Backend = {
  name: "PostgreSQL",
  async prepare(context) {
    requirePostgres(context);
    await sharedPostgres();
  },
  async create() {
    return { data: undefined, database: await (await sharedPostgres()).createDatabase() };
  },
  remove() {
    // It goes with the server.
  },
  other: (location, identity) => openStore(location, identity, "other"),
};

export const BACKENDS: readonly Backend[] = [sqlite, postgres];
