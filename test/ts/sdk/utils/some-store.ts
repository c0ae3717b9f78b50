import { type ChannelStore, memoryStore } from "@freehold/sdk";
import { fileStore, postgresStore, sqliteStore } from "@freehold/sdk/node";
import pg from "pg";

export type StoreKind = "memory" | "file" | "sqlite" | "postgres";

/** A store of a kind at a place: a directory, a file, a database's URL. */
export function someStore(kind: StoreKind, place: string): { store: ChannelStore; close(): Promise<void> } {
  switch (kind) {
    case "memory":
      return { store: memoryStore(), close: async () => {} };
    case "file":
      return { store: fileStore(place), close: async () => {} };
    case "sqlite": {
      const store = sqliteStore(place);
      return { store, close: () => store.close() };
    }
    case "postgres": {
      const pool = new pg.Pool({ connectionString: place, max: 4 });
      // A server that ends takes idle connections with it.
      pool.on("error", () => {});
      return { store: postgresStore(pool), close: () => pool.end() };
    }
  }
}
