import type { Hex } from "@freehold/sdk";
import type { Database } from "./database.js";
import { hex, integer, text } from "./rows.js";

/** What one channel owes for work on one version; units and Unix seconds. */
export interface Debt {
  readonly channel: bigint;
  readonly lineId: Hex;
  readonly versionHash: Hex;
  /** Unsettled units on this version. */
  readonly amount: bigint;
  /** Units of the channel that are settled, on all versions. */
  readonly accounted: bigint;
  readonly voucher: { readonly cumulative: bigint; readonly signature: string };
  /** Chain time of the oldest and of the newest work in it. */
  readonly firstAt: bigint;
  readonly lastAt: bigint;
  /** Wall clock of the oldest work in it. */
  readonly since: bigint;
}

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
  unsettled(): Debt[] {
    const rows = this.#db.all(
      `SELECT r.channel, v.line_id, v.version_hash, sum(r.price) AS amount, min(r.worked_at) AS first_at,
         max(r.worked_at) AS last_at, min(r.created_at) AS since, c.accounted, c.voucher_cumulative, c.voucher_signature,
         min(min(r.worked_at)) OVER (PARTITION BY r.version) AS began
       FROM receipts r JOIN versions v ON v.id = r.version JOIN channels c ON c.channel = r.channel
       WHERE r.state = 0 GROUP BY r.version, r.channel ORDER BY began, r.version, r.channel`,
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
  applyPaid(channel: bigint, paid: bigint, versionHash = ""): bigint {
    return this.#db.transaction(() => {
      const row = this.#db.get("SELECT accounted FROM channels WHERE channel = ?", channel);
      if (row === undefined) return 0n;
      const before = integer(row, "accounted");
      const after =
        paid >= before ? this.#settle(channel, before, paid, versionHash) : this.#unsettle(channel, before, paid);
      if (after !== before) this.#db.run("UPDATE channels SET accounted = ? WHERE channel = ?", after, channel);
      return after - before;
    });
  }

  /** Gives up what a channel still owes, because it is closed. Returns units. */
  writeOffChannel(channel: bigint): bigint {
    return this.#writeOff("channel = ?", channel);
  }

  /** Gives up work on a version that was finished after `after`, chain time. Returns units. */
  writeOffLate(versionHash: Hex, after: bigint): bigint {
    return this.#writeOff(`${OF_VERSION} AND worked_at > ?`, versionHash, after);
  }

  /** Gives up what a channel owes for work on one version. Returns units. */
  writeOffRow(channel: bigint, versionHash: Hex): bigint {
    return this.#writeOff(`channel = ? AND ${OF_VERSION}`, channel, versionHash);
  }

  totals(): Totals {
    const sums = { completed: 0n, units: [0n, 0n, 0n] };
    for (const row of this.#db.all("SELECT state, receipts, units FROM totals")) {
      sums.completed += integer(row, "receipts");
      sums.units[Number(integer(row, "state"))] = integer(row, "units");
    }
    const [unsettled = 0n, settled = 0n, writtenOff = 0n] = sums.units;
    return { completed: sums.completed, metered: unsettled + settled + writtenOff, unsettled, settled, writtenOff };
  }

  #settle(channel: bigint, accounted: bigint, paid: bigint, versionHash: string): bigint {
    if (paid === accounted) return accounted;
    const open = this.#db.all(
      `SELECT r.seq, r.price FROM receipts r JOIN versions v ON v.id = r.version WHERE r.channel = ? AND r.state <> 1
       ORDER BY r.state, v.version_hash <> ?, r.seq`,
      channel,
      versionHash,
    );
    let sum = accounted;
    for (const row of open) {
      const price = integer(row, "price");
      if (sum + price > paid) break;
      sum += price;
      this.#mark(channel, integer(row, "seq"), SETTLED);
    }
    return sum;
  }

  #unsettle(channel: bigint, accounted: bigint, paid: bigint): bigint {
    const done = this.#db.all(
      "SELECT seq, price FROM receipts WHERE channel = ? AND state = 1 ORDER BY seq DESC",
      channel,
    );
    let sum = accounted;
    for (const row of done) {
      if (sum <= paid) break;
      sum -= integer(row, "price");
      this.#mark(channel, integer(row, "seq"), UNSETTLED);
    }
    return sum;
  }

  #mark(channel: bigint, seq: bigint, state: bigint): void {
    this.#db.run("UPDATE receipts SET state = ? WHERE channel = ? AND seq = ?", state, channel, seq);
  }

  #writeOff(where: string, ...values: (bigint | string)[]): bigint {
    return this.#db.transaction(() => {
      const row = this.#db.get(`SELECT sum(price) AS exact FROM receipts WHERE state = 0 AND ${where}`, ...values);
      const units = row?.exact == null ? 0n : integer(row, "exact");
      if (units > 0n)
        this.#db.run(`UPDATE receipts SET state = ${WRITTEN_OFF} WHERE state = 0 AND ${where}`, ...values);
      return units;
    });
  }
}
