import { type Hex, Lane } from "@freehold/sdk";
import { WorkerError } from "../errors.js";
import type { Database, Sql, SqlRow, SqlValue } from "./database.js";
import { hex, integer, text } from "./rows.js";

/** What a settlement claims of one channel, units over its whole life. */
export interface Claim {
  readonly channel: bigint;
  readonly metered: bigint;
}

/** What became of a settlement's transaction: `dropped` when another one took its nonce. */
export type SettlementStatus = "pending" | "mined" | "reverted" | "dropped";

/** A settlement whose transaction is signed, before it is sent. */
export interface SettlementPlan {
  readonly lineId: Hex;
  readonly versionHash: Hex;
  readonly lane: Lane;
  readonly claims: readonly Claim[];
  readonly lastAt: bigint;
  readonly receiptKey: string;
  /** Nonce of the batch on its line. */
  readonly batchNonce: bigint;
  /** Nonce of the transaction. */
  readonly nonce: number;
  /** The signed transaction. */
  readonly raw: Hex;
  readonly hash: Hex;
}

export interface StoredSettlement extends Omit<SettlementPlan, "hash"> {
  readonly id: bigint;
  /** Hashes of all transactions with this nonce that were ever sent for it, newest last. */
  readonly hashes: readonly Hex[];
  readonly status: SettlementStatus;
  /** Units that it paid. */
  readonly total: bigint;
  /** Wall clock, Unix seconds. */
  readonly createdAt: bigint;
}

/** Write-ahead log of settlements: at most one is pending. */
export class Settlements {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  /** Writes a settlement down before its transaction is sent. Throws `SETTLEMENT_PENDING`. */
  record(plan: SettlementPlan, now: bigint): Promise<StoredSettlement> {
    return this.#db.transaction(async (sql) => {
      const written = await sql.run(
        `INSERT INTO settlements (version, lane, claims, last_at, receipt_key, batch_nonce, nonce, raw, hashes, status, created_at)
         VALUES ((SELECT id FROM versions WHERE line_id = ? AND version_hash = ?), ?, ?, ?, ?, ?, ?, ?, ?, 'pending', ?)
         ON CONFLICT DO NOTHING`,
        plan.lineId,
        plan.versionHash,
        plan.lane === Lane.Optimistic ? OPTIMISTIC : "voucher",
        JSON.stringify(plan.claims.map(({ channel, metered }) => [channel.toString(), metered.toString()])),
        plan.lastAt,
        plan.receiptKey,
        plan.batchNonce,
        plan.nonce,
        plan.raw,
        JSON.stringify([plan.hash]),
        now,
      );
      if (written === 0) throw new WorkerError("SETTLEMENT_PENDING", "a settlement is pending already");
      const [stored] = await select(sql, PENDING);
      if (stored === undefined) throw new WorkerError("DATABASE_CORRUPT", "a settlement was not written");
      await assign(sql, stored);
      return stored;
    });
  }

  /** Whether a batch was ever signed with this nonce of a line. */
  async hasNonce(lineId: Hex, batchNonce: bigint): Promise<boolean> {
    const row = await this.#db.get(
      "SELECT 1 FROM settlements s JOIN versions v ON v.id = s.version WHERE v.line_id = ? AND s.batch_nonce = ?",
      lineId,
      batchNonce,
    );
    return row !== undefined;
  }

  /** The settlement whose batch was signed with a nonce of a line. */
  async ofNonce(lineId: Hex, batchNonce: bigint): Promise<StoredSettlement | undefined> {
    return (await select(this.#db, "WHERE v.line_id = ? AND s.batch_nonce = ?", lineId, batchNonce))[0];
  }

  async pending(): Promise<StoredSettlement | undefined> {
    return (await select(this.#db, PENDING))[0];
  }

  /** The newest `count`, newest first. */
  latest(count: number): Promise<StoredSettlement[]> {
    return select(this.#db, "ORDER BY s.id DESC LIMIT ?", BigInt(Math.trunc(count)));
  }

  /**
   * Writes down a transaction with the same nonce and a higher fee before it is sent. Throws `SETTLEMENT_CHANGED` when
   * another replica did that meanwhile: a hash that is not on the list would never be looked for.
   */
  async replace(settlement: StoredSettlement, raw: Hex, hash: Hex): Promise<StoredSettlement> {
    const hashes = [...settlement.hashes, hash];
    const written = await this.#db.run(
      "UPDATE settlements SET raw = ?, hashes = ? WHERE id = ? AND hashes = ?",
      raw,
      JSON.stringify(hashes),
      settlement.id,
      JSON.stringify(settlement.hashes),
    );
    if (written === 0) throw new WorkerError("SETTLEMENT_CHANGED", "another replica sent this settlement again");
    return { ...settlement, raw, hashes };
  }

  /** Ends a settlement, when what it paid is in the books: receipts that it did not pay (a row was skipped) stand in a later one. */
  finish(id: bigint, status: Exclude<SettlementStatus, "pending">, total: bigint, now: bigint): Promise<void> {
    return this.#db.transaction(async (sql) => {
      await sql.run(
        "UPDATE settlements SET status = ?, total = ?, finished_at = ? WHERE id = ? AND status = 'pending'",
        status,
        total,
        now,
        id,
      );
      await sql.run("UPDATE receipts SET settlement = NULL WHERE settlement = ? AND state = 0", id);
    });
  }
}

const OPTIMISTIC = "optimistic";
const PENDING = "WHERE s.status = 'pending'";

/** Channels that one statement names. */
const CHANNELS = 500;

/** Writes down which receipts stand in a settlement: all that its channels owe for the version, as it claims them. */
async function assign(sql: Sql, { id, lineId, versionHash, claims, lastAt }: StoredSettlement): Promise<void> {
  for (let start = 0; start < claims.length; start += CHANNELS) {
    const channels = claims.slice(start, start + CHANNELS).map(({ channel }) => channel);
    await sql.run(
      `UPDATE receipts SET settlement = ? WHERE state = 0 AND worked_at <= ?
         AND version = (SELECT id FROM versions WHERE line_id = ? AND version_hash = ?)
         AND channel IN (${channels.map(() => "?").join(", ")})`,
      id,
      lastAt,
      lineId,
      versionHash,
      ...channels,
    );
  }
}

async function select(sql: Sql, which: string, ...values: SqlValue[]): Promise<StoredSettlement[]> {
  const rows = await sql.all(
    `SELECT s.*, v.line_id, v.version_hash FROM settlements s JOIN versions v ON v.id = s.version ${which}`,
    ...values,
  );
  return rows.map(settlementOf);
}

function settlementOf(row: SqlRow): StoredSettlement {
  const claims = JSON.parse(text(row, "claims")) as [string, string][];
  return {
    id: integer(row, "id"),
    lineId: hex(row, "line_id"),
    versionHash: hex(row, "version_hash"),
    // Before there was a choice, all were by voucher.
    lane: row.lane === OPTIMISTIC ? Lane.Optimistic : Lane.Voucher,
    claims: claims.map(([channel, metered]) => ({ channel: BigInt(channel), metered: BigInt(metered) })),
    lastAt: integer(row, "last_at"),
    receiptKey: text(row, "receipt_key"),
    // The first release knew none.
    batchNonce: row.batch_nonce === null ? -1n : integer(row, "batch_nonce"),
    nonce: Number(integer(row, "nonce")),
    raw: hex(row, "raw"),
    hashes: JSON.parse(text(row, "hashes")) as Hex[],
    status: text(row, "status") as SettlementStatus,
    total: integer(row, "total"),
    createdAt: integer(row, "created_at"),
  };
}
