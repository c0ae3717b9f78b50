import { chmodSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { OperatorError, UsageError } from "../errors.js";
import { Answers } from "./answers.js";
import { Books } from "./books.js";
import type { Database } from "./database.js";
import { Debts } from "./debts.js";
import { bind, readIdentity, type StoreIdentity } from "./identity.js";
import type { Store } from "./index.js";
import { lockDirectory } from "./lock.js";
import { Payments } from "./payments.js";
import { PostgresDatabase } from "./postgres.js";
import { PostgresLocks } from "./postgres-locks.js";
import { ProofSteps } from "./proofs.js";
import { SealedKeys } from "./sealed-keys.js";
import { Settlements } from "./settlements.js";
import { SqliteDatabase } from "./sqlite.js";
import { Sums } from "./sums.js";
import { Witnesses } from "./witnesses.js";

/** Where the books are: one of the two. */
export interface StoreLocation {
  /** Directory of a SQLite file, for one replica at a time. */
  readonly data: string | undefined;
  /** URL of a PostgreSQL database, for any number of them. It may hold a password: never log it. */
  readonly database: string | undefined;
}

/** What a look from outside may read. */
export interface ReadableStore
  extends Pick<Store, "books" | "debts" | "settlements" | "answers" | "payments" | "witnesses" | "proofs" | "close"> {
  readonly identity: StoreIdentity;
}

const FILE = "worker.sqlite";
/** Milliseconds for the server to notice that the process before is gone. */
const PATIENCE = 3_000;
const PAUSE = 100;

/** Opens the books for writing. Throws `DATA_DIR_IN_USE`, `REPLICA_IN_USE`, `STORE_FOREIGN`, `DATABASE_UNREACHABLE`. */
export function openStore(location: StoreLocation, identity: StoreIdentity, replica = "main"): Promise<Store> {
  const { data, database } = location;
  if (data !== undefined && database === undefined) return openFile(data, identity, replica);
  if (database !== undefined && data === undefined) return openServer(database, identity, replica);
  throw new UsageError("the books need one of --data and --database");
}

/** Opens the books of a running or stopped worker for reading. Throws `NO_DATABASE`, `DATABASE_UNREACHABLE`. */
export async function readStore({ data, database }: Partial<StoreLocation>): Promise<ReadableStore> {
  if ((data === undefined) === (database === undefined)) {
    throw new UsageError("the books are in one of --data and --database: pass one");
  }
  const db = await (database === undefined
    ? SqliteDatabase.open(join(data ?? "", FILE), { readOnly: true })
    : PostgresDatabase.open(database, { readOnly: true }));
  try {
    const identity = await readIdentity(db);
    return { ...shared(db, identity), identity, close: () => db.close() };
  } catch (error) {
    await db.close();
    throw error;
  }
}

/** The lock on the directory makes the process the only replica. */
async function openFile(directory: string, identity: StoreIdentity, replica: string): Promise<Store> {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const lock = lockDirectory(directory);
  let db: Database | undefined;
  const close = async () => {
    await db?.close();
    lock.release();
  };
  try {
    const file = join(directory, FILE);
    db = await SqliteDatabase.open(file);
    chmodSync(file, 0o600);
    await bind(db, identity);
    const keys = new SealedKeys(db, replica);
    return { ...shared(db, identity), keys, lead: async () => true, exclusive: (work) => work(), close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function openServer(url: string, identity: StoreIdentity, replica: string): Promise<Store> {
  const db = await PostgresDatabase.open(url);
  const locks = new PostgresLocks(url);
  const close = async () => {
    await locks.close();
    await db.close();
  };
  const mine = `replica ${replica}`;
  try {
    await bind(db, identity);
    if (!(await holdSoon(locks, mine))) {
      throw new OperatorError("REPLICA_IN_USE", `replica ${replica} runs already: give each its own --replica`);
    }
    return {
      ...shared(db, identity),
      keys: new SealedKeys(db, replica),
      // A name that was lost with its connection comes first: whoever has it now is this replica.
      lead: async () => (await locks.hold(mine)) && (await locks.hold("settlement")),
      exclusive: (work) => db.exclusive("operator", work),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

async function holdSoon(locks: PostgresLocks, name: string): Promise<boolean> {
  const end = performance.now() + PATIENCE;
  while (!(await locks.hold(name))) {
    if (performance.now() > end) return false;
    await sleep(PAUSE);
  }
  return true;
}

function shared(
  db: Database,
  { node }: StoreIdentity,
): Pick<Store, "books" | "debts" | "settlements" | "answers" | "payments" | "witnesses" | "proofs" | "sums"> {
  return {
    books: new Books(db, node),
    debts: new Debts(db),
    settlements: new Settlements(db),
    answers: new Answers(db),
    payments: new Payments(db),
    witnesses: new Witnesses(db),
    proofs: new ProofSteps(db),
    sums: new Sums(db),
  };
}
