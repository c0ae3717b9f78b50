import { OperatorError } from "../errors.js";
import type { Database, Sql } from "./database.js";
import { MIGRATIONS } from "./migrations.js";

/** Where a database keeps the version of its schema; 0: it has none yet. */
export interface SchemaVersion {
  read(sql: Sql): Promise<number>;
  /** Reads it and keeps others from migrating until the transaction is over. */
  lock(sql: Sql): Promise<number>;
  write(sql: Sql, version: number): Promise<void>;
}

/** Brings a database to this release's schema. Throws `DATABASE_TOO_NEW` for one that a later release wrote. */
export async function migrate(db: Database, schema: SchemaVersion, name: string): Promise<void> {
  await db.transaction(async (sql) => {
    const found = await schema.lock(sql);
    requireKnown(found, name);
    for (const migration of MIGRATIONS.slice(found)) await sql.script(migration(db.dialect));
    if (found < MIGRATIONS.length) await schema.write(sql, MIGRATIONS.length);
  });
}

/** For readers. Throws `NO_DATABASE`, `DATABASE_TOO_OLD`, `DATABASE_TOO_NEW`. */
export async function requireSchema(db: Database, schema: SchemaVersion, name: string): Promise<void> {
  const found = await schema.read(db);
  if (found === 0) throw noDatabase(name);
  requireKnown(found, name);
  if (found < MIGRATIONS.length) {
    throw new OperatorError(
      "DATABASE_TOO_OLD",
      `${name} has schema ${found}, this release reads ${MIGRATIONS.length}: serve with this release once`,
    );
  }
}

export function noDatabase(name: string, cause?: unknown): OperatorError {
  return new OperatorError(
    "NO_DATABASE",
    `${name} is no worker's database: pass the --data or --database of a worker that served`,
    { cause },
  );
}

function requireKnown(found: number, name: string): void {
  if (found > MIGRATIONS.length) {
    throw new OperatorError(
      "DATABASE_TOO_NEW",
      `${name} has schema ${found}, this release knows ${MIGRATIONS.length}: use the release that wrote it`,
    );
  }
}
