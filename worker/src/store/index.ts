import { chmodSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { OperatorError } from "../errors.js";
import { Books } from "./books.js";
import { Database } from "./database.js";
import { Debts } from "./debts.js";
import { lockDirectory } from "./lock.js";
import { text } from "./rows.js";
import { SealedKeys } from "./sealed-keys.js";
import { Settlements } from "./settlements.js";

/** Whose books these are: they mean nothing on another chain, escrow, node or line (a voucher names its line). */
export interface StoreIdentity {
  readonly chainId: bigint;
  readonly escrow: string;
  readonly node: string;
  readonly lineId: string;
}

/** Everything durable of a worker, in one SQLite file of its data directory. */
export interface Store {
  readonly books: Books;
  readonly debts: Debts;
  readonly settlements: Settlements;
  readonly keys: SealedKeys;
  close(): void;
}

const FILE = "worker.sqlite";

/** Opens the store for writing; one process at a time. Throws `DATA_DIR_IN_USE`, `DATA_DIR_FOREIGN`. */
export function openStore(directory: string, identity: StoreIdentity): Store {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const lock = lockDirectory(directory);
  try {
    const file = join(directory, FILE);
    const db = new Database(file);
    chmodSync(file, 0o600);
    bind(db, directory, identity);
    return {
      ...parts(db, identity.node),
      close() {
        db.close();
        lock.release();
      },
    };
  } catch (error) {
    lock.release();
    throw error;
  }
}

/** Opens the store of a running or stopped worker for reading. Throws `NO_DATABASE`. */
export function readStore(directory: string): Store & { readonly identity: StoreIdentity } {
  const file = join(directory, FILE);
  let db: Database;
  try {
    db = new Database(file, { readOnly: true });
  } catch (cause) {
    if (cause instanceof OperatorError) throw cause;
    throw new OperatorError("NO_DATABASE", `${file} is no worker's database: pass the --data of a worker that served`, {
      cause,
    });
  }
  const identity = JSON.parse(identityOf(db) ?? "{}") as Record<keyof StoreIdentity, string>;
  return {
    ...parts(db, identity.node),
    identity: { ...identity, chainId: BigInt(identity.chainId) },
    close: () => db.close(),
  };
}

function parts(db: Database, node: string): Omit<Store, "close"> {
  return {
    books: new Books(db, node),
    debts: new Debts(db),
    settlements: new Settlements(db),
    keys: new SealedKeys(db),
  };
}

function identityOf(db: Database): string | undefined {
  const row = db.get("SELECT value FROM meta WHERE key = 'identity'");
  return row && text(row, "value");
}

function bind(db: Database, directory: string, identity: StoreIdentity): void {
  const wanted = JSON.stringify({
    chainId: identity.chainId.toString(),
    escrow: identity.escrow.toLowerCase(),
    node: identity.node.toLowerCase(),
    lineId: identity.lineId.toLowerCase(),
  });
  const found = identityOf(db);
  if (found === undefined) {
    db.run("INSERT INTO meta (key, value) VALUES ('identity', ?)", wanted);
  } else if (found !== wanted) {
    throw new OperatorError(
      "DATA_DIR_FOREIGN",
      `${directory} belongs to ${found}, not to ${wanted}: use another --data`,
    );
  }
}

export type { Books, ChannelBooks, Completion, StoredReceipt, StoredResponse, StoredVoucher } from "./books.js";
export { MAX_AMOUNT } from "./database.js";
export type { Debt, Debts, Totals } from "./debts.js";
export type { SealedKey, SealedKeys } from "./sealed-keys.js";
export type { SettlementPlan, SettlementStatus, Settlements, StoredSettlement } from "./settlements.js";
