import type { Debt, Hex } from "@freehold/sdk";
import { WorkerError } from "../errors.js";
import type { Database, Sql, SqlValue } from "./database.js";
import { hex, integer, text } from "./rows.js";

/** Sums over all books, units. */
export interface Totals {
  readonly completed: bigint;
  readonly metered: bigint;
  readonly unsettled: bigint;
  readonly settled: bigint;
  readonly writtenOff: bigint;
}

const UNSETTLED = 0n;
const SETTLED = 1n;
const WRITTEN_OFF = 2n;

const OF_VERSION = "version IN (SELECT id FROM versions WHERE version_hash = ?)";

/** Unsettled receipts, and what becomes of them. */
export class Debts {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  /** Versions in the order in which their unsettled work began, each with its channels. */
  async unsettled(): Promise<Debt[]> {
    const rows = await this.#db.all(
      `SELECT c.channel, v.line_id, v.version_hash, CAST(sum(r.price) AS BIGINT) AS amount, min(r.worked_at) AS first_at,
         max(r.worked_at) AS last_at, min(r.created_at) AS since, c.accounted, c.voucher_cumulative, c.voucher_signature,
         min(min(r.worked_at)) OVER (PARTITION BY v.id) AS began
       FROM receipts r JOIN versions v ON v.id = r.version JOIN channels c ON c.channel = r.channel
       WHERE r.state = 0 GROUP BY v.id, c.channel ORDER BY began, v.id, c.channel`,
    );
    return rows.map((row) => ({
      channel: integer(row, "channel"),
      lineId: hex(row, "line_id"),
      versionHash: hex(row, "version_hash"),
      amount: integer(row, "amount"),
      accounted: integer(row, "accounted"),
      voucher: { cumulative: integer(row, "voucher_cumulative"), signature: text(row, "voucher_signature") },
      firstAt: integer(row, "first_at"),
      lastAt: integer(row, "last_at"),
      since: integer(row, "since"),
    }));
  }

  /**
   * Brings a channel's books to what the escrow has paid on it: marks receipts as settled, oldest first, those of
   * `versionHash` before others; or takes marks back, newest first, when a reorganisation undid a payment.
   * @returns units that became settled; negative when marks were taken back
   */
  applyPaid(channel: bigint, paid: bigint, versionHash = ""): Promise<bigint> {
    return this.#db.transaction(async (sql) => {
      const row = await sql.get(`SELECT accounted FROM channels WHERE channel = ? ${this.#db.dialect.lock}`, channel);
      if (row === undefined) return 0n;
      const before = integer(row, "accounted");
      const after = await (paid >= before
        ? settle(sql, channel, before, paid, versionHash)
        : unsettle(sql, channel, before, paid));
      if (after !== before) await sql.run("UPDATE channels SET accounted = ? WHERE channel = ?", after, channel);
      return after - before;
    });
  }

  /** Gives up what a channel still owes, because it is closed. Returns units. */
  writeOffChannel(channel: bigint): Promise<bigint> {
    return this.#writeOff("channel = ?", channel);
  }

  /** Gives up work on a version that was finished after `after`, chain time. Returns units. */
  writeOffLate(versionHash: Hex, after: bigint): Promise<bigint> {
    return this.#writeOff(`${OF_VERSION} AND worked_at > ?`, versionHash, after);
  }

  /** Gives up what a channel owes for work on one version. Returns units. */
  writeOffRow(channel: bigint, versionHash: Hex): Promise<bigint> {
    return this.#writeOff(`channel = ? AND ${OF_VERSION}`, channel, versionHash);
  }

  /** One statement: what it says was true at one moment. */
  async totals(): Promise<Totals> {
    const row = await this.#db.get(
      `SELECT CAST(coalesce(sum(seq), 0) AS BIGINT) AS completed,
         CAST(coalesce(sum(metered - paid_before), 0) AS BIGINT) AS metered,
         CAST(coalesce(sum(accounted - paid_before), 0) AS BIGINT) AS settled,
         (SELECT CAST(coalesce(sum(price), 0) AS BIGINT) FROM receipts WHERE state = ${WRITTEN_OFF}) AS written_off
       FROM channels`,
    );
    if (row === undefined) throw new WorkerError("DATABASE_CORRUPT", "sums are missing");
    const [metered, settled, writtenOff] = [
      integer(row, "metered"),
      integer(row, "settled"),
      integer(row, "written_off"),
    ];
    const unsettled = metered - settled - writtenOff;
    return { completed: integer(row, "completed"), metered, unsettled, settled, writtenOff };
  }

  async #writeOff(where: string, ...values: SqlValue[]): Promise<bigint> {
    const rows = await this.#db.all(
      `UPDATE receipts SET state = ${WRITTEN_OFF} WHERE state = ${UNSETTLED} AND ${where} RETURNING price`,
      ...values,
    );
    return rows.reduce((sum, row) => sum + integer(row, "price"), 0n);
  }
}

async function settle(
  sql: Sql,
  channel: bigint,
  accounted: bigint,
  paid: bigint,
  versionHash: string,
): Promise<bigint> {
  if (paid === accounted) return accounted;
  const open = await sql.all(
    `SELECT r.seq, r.price FROM receipts r JOIN versions v ON v.id = r.version
     WHERE r.channel = ? AND r.state <> ${SETTLED} ORDER BY r.state, v.version_hash <> ?, r.seq`,
    channel,
    versionHash,
  );
  let sum = accounted;
  for (const row of open) {
    const price = integer(row, "price");
    if (sum + price > paid) break;
    sum += price;
    await mark(sql, channel, integer(row, "seq"), SETTLED);
  }
  return sum;
}

async function unsettle(sql: Sql, channel: bigint, accounted: bigint, paid: bigint): Promise<bigint> {
  const done = await sql.all(
    `SELECT seq, price FROM receipts WHERE channel = ? AND state = ${SETTLED} ORDER BY seq DESC`,
    channel,
  );
  let sum = accounted;
  for (const row of done) {
    if (sum <= paid) break;
    sum -= integer(row, "price");
    await mark(sql, channel, integer(row, "seq"), UNSETTLED);
  }
  return sum;
}

async function mark(sql: Sql, channel: bigint, seq: bigint, state: bigint): Promise<void> {
  await sql.run("UPDATE receipts SET state = ? WHERE channel = ? AND seq = ?", state, channel, seq);
}
