import { chmodSync, existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync, type StatementSync } from "node:sqlite";
import { sameHex } from "@freehold/sdk";
import { decodeJob, encodeJob, type JobDomain, type JobRecord, type JobStore } from "@freehold/sdk/watchtower";
import { OperatorError, reason } from "../errors.js";
import { type DirectoryLock, lockDirectory } from "../store/lock.js";

const FILE = "tower.sqlite";
const SCHEMA = 1;

/** Jobs in a directory. Any number of processes may add and list; the one that works holds a lock. */
export interface TowerStore extends JobStore {
  /** Adds records, all of them or none; those that are there already stay as they are. */
  addAll(records: readonly JobRecord[]): Promise<void>;
  /** All records, oldest first; without those that ended when `openOnly`. */
  list(openOnly: boolean): JobRecord[];
  close(): void;
}

/**
 * Opens the jobs of a tower for one escrow: SQLite in WAL mode with `synchronous = FULL`.
 * @param domain undefined: that of the jobs that are there; throws `NO_DATABASE` when there are none
 * @param exclusive for the process that works on them; throws `DATA_DIR_IN_USE` when another one does
 * @throws OperatorError `STORE_FOREIGN`, when they are of another escrow
 */
export function openTowerStore(
  directory: string,
  domain: JobDomain | undefined,
  { exclusive = false } = {},
): TowerStore {
  const file = join(directory, FILE);
  if (domain === undefined && !existsSync(file)) {
    throw new OperatorError("NO_DATABASE", `${file} does not exist: no job was added`);
  }
  const lock = prepare(directory, exclusive);
  let db: DatabaseSync | undefined;
  try {
    db = new DatabaseSync(file);
    db.exec("PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL");
    chmodSync(file, 0o600);
    migrate(db, file);
    return new SqliteTowerStore(db, bind(db, domain, file), lock);
  } catch (error) {
    db?.close();
    lock?.release();
    if (error instanceof OperatorError) throw error;
    throw new OperatorError("NO_DATABASE", `${file} cannot be used: ${reason(error)}`, { cause: error });
  }
}

function prepare(directory: string, exclusive: boolean): DirectoryLock | undefined {
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
  } catch (cause) {
    throw new OperatorError("NO_DATABASE", `${directory} cannot be made: ${reason(cause)}`, { cause });
  }
  return exclusive ? lockDirectory(directory) : undefined;
}

class SqliteTowerStore implements TowerStore {
  readonly #db: DatabaseSync;
  readonly #domain: JobDomain;
  readonly #lock: DirectoryLock | undefined;
  readonly #insert: StatementSync;
  readonly #update: StatementSync;
  readonly #openIds: StatementSync;
  readonly #one: StatementSync;

  constructor(db: DatabaseSync, domain: JobDomain, lock: DirectoryLock | undefined) {
    this.#db = db;
    this.#domain = domain;
    this.#lock = lock;
    this.#insert = db.prepare(
      "INSERT INTO jobs (id, job, added_at, status, state) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
    );
    this.#update = db.prepare("UPDATE jobs SET status = ?, state = ? WHERE id = ?");
    this.#openIds = db.prepare("SELECT id FROM jobs WHERE status = 'open' ORDER BY number");
    this.#one = db.prepare("SELECT * FROM jobs WHERE id = ?");
  }

  async addAll(records: readonly JobRecord[]): Promise<void> {
    this.#db.exec("BEGIN IMMEDIATE");
    try {
      for (const record of records) this.#add(record);
      this.#db.exec("COMMIT");
    } catch (error) {
      this.#db.exec("ROLLBACK");
      throw error;
    }
  }

  async add(record: JobRecord): Promise<boolean> {
    return this.#add(record);
  }

  #add(record: JobRecord): boolean {
    const job = JSON.stringify(encodeJob(record.job, this.#domain));
    const { changes } = this.#insert.run(record.id, job, record.addedAt, record.status, stateOf(record));
    return Number(changes) === 1;
  }

  async open(known: ReadonlySet<string>): Promise<JobRecord[]> {
    const ids = (this.#openIds.all() as { id: string }[]).map(({ id }) => id).filter((id) => !known.has(id));
    return ids.flatMap((id) => {
      const row = this.#one.get(id);
      return row === undefined ? [] : [this.#record(row as unknown as Row)];
    });
  }

  async save(record: JobRecord): Promise<void> {
    this.#update.run(record.status, stateOf(record), record.id);
  }

  list(openOnly: boolean): JobRecord[] {
    const where = openOnly ? "WHERE status = 'open'" : "";
    const rows = this.#db.prepare(`SELECT * FROM jobs ${where} ORDER BY number`).all();
    return rows.map((row) => this.#record(row as unknown as Row));
  }

  close(): void {
    this.#db.close();
    this.#lock?.release();
  }

  #record({ id, job, added_at, status, state }: Row): JobRecord {
    const { outcome, seenAt, transactions } = JSON.parse(state) as State;
    return {
      id,
      job: decodeJob(JSON.parse(job), this.#domain),
      addedAt: BigInt(added_at),
      status,
      outcome: outcome ?? undefined,
      seenAt: seenAt === null ? undefined : BigInt(seenAt),
      transactions: transactions.map(({ block, ...transaction }) => ({ ...transaction, block: block ?? undefined })),
    };
  }
}

interface Row {
  readonly id: string;
  readonly job: string;
  readonly added_at: number;
  readonly status: JobRecord["status"];
  readonly state: string;
}

interface State {
  readonly outcome: JobRecord["outcome"] | null;
  readonly seenAt: string | null;
  readonly transactions: readonly (Omit<JobRecord["transactions"][number], "block"> & { block: number | null })[];
}

function stateOf({ outcome, seenAt, transactions }: JobRecord): string {
  const state: State = {
    outcome: outcome ?? null,
    seenAt: seenAt?.toString() ?? null,
    transactions: transactions.map(({ block, ...transaction }) => ({ ...transaction, block: block ?? null })),
  };
  return JSON.stringify(state);
}

function migrate(db: DatabaseSync, file: string): void {
  db.exec("BEGIN IMMEDIATE");
  try {
    const version = Number(db.prepare("PRAGMA user_version").get()?.user_version ?? 0);
    if (version > SCHEMA) {
      throw new OperatorError("STORE_NEWER", `${file} was written by a newer version: use that one`);
    }
    if (version === 0) {
      db.exec(
        `CREATE TABLE jobs (number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, job TEXT NOT NULL, added_at INTEGER NOT NULL,
           status TEXT NOT NULL, state TEXT NOT NULL) STRICT;
         CREATE INDEX jobs_open ON jobs (number) WHERE status = 'open';
         CREATE TABLE identity (chain_id TEXT NOT NULL, escrow TEXT NOT NULL) STRICT;
         PRAGMA user_version = ${SCHEMA}`,
      );
    }
    db.exec("COMMIT");
  } catch (error) {
    db.exec("ROLLBACK");
    throw error;
  }
}

/** A directory belongs to one escrow on one chain. */
function bind(db: DatabaseSync, domain: JobDomain | undefined, file: string): JobDomain {
  if (domain !== undefined) {
    db.prepare("INSERT INTO identity SELECT ?, ? WHERE NOT EXISTS (SELECT 1 FROM identity)").run(
      domain.chainId.toString(),
      domain.verifyingContract.toLowerCase(),
    );
  }
  const row = db.prepare("SELECT chain_id, escrow FROM identity").get() as Identity | undefined;
  if (row === undefined) throw new OperatorError("NO_DATABASE", `${file} is empty: no job was added`);
  const found: JobDomain = { chainId: BigInt(row.chain_id), verifyingContract: row.escrow };
  if (domain === undefined) return found;
  if (found.chainId === domain.chainId && sameHex(found.verifyingContract, domain.verifyingContract)) return found;
  throw new OperatorError(
    "STORE_FOREIGN",
    `${file} is for escrow ${row.escrow} on chain ${row.chain_id}, the deployment is another one: give it its own --data`,
  );
}

interface Identity {
  readonly chain_id: string;
  readonly escrow: string;
}
