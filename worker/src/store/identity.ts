import { OperatorError } from "../errors.js";
import type { Database } from "./database.js";
import { text } from "./rows.js";

/** Whose books these are: they mean nothing on another chain, escrow, node or line (a voucher names its line). */
export interface StoreIdentity {
  readonly chainId: bigint;
  readonly escrow: string;
  readonly node: string;
  readonly lineId: string;
}

/** Binds new books to their owner for ever. Throws `STORE_FOREIGN` for those of another one. */
export async function bind(db: Database, identity: StoreIdentity): Promise<void> {
  const wanted = JSON.stringify({
    chainId: identity.chainId.toString(),
    escrow: identity.escrow.toLowerCase(),
    node: identity.node.toLowerCase(),
    lineId: identity.lineId.toLowerCase(),
  });
  await db.run("INSERT INTO meta (key, value) VALUES ('identity', ?) ON CONFLICT DO NOTHING", wanted);
  const found = await find(db);
  if (found !== wanted) {
    throw new OperatorError(
      "STORE_FOREIGN",
      `these books belong to ${found}, not to ${wanted}: use another --data or --database`,
    );
  }
}

/** Throws `DATABASE_CORRUPT` for books of nobody. */
export async function readIdentity(db: Database): Promise<StoreIdentity> {
  const found = await find(db);
  if (found === undefined) throw new OperatorError("DATABASE_CORRUPT", "these books belong to nobody");
  const identity = JSON.parse(found) as Record<keyof StoreIdentity, string>;
  return { ...identity, chainId: BigInt(identity.chainId) };
}

async function find(db: Database): Promise<string | undefined> {
  const row = await db.get("SELECT value FROM meta WHERE key = 'identity'");
  return row && text(row, "value");
}
