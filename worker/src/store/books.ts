import { max, min } from "../bigint.js";
import { WorkerError } from "../errors.js";
import {
  advance,
  type Completion,
  type StoredReceipt,
  type StoredVoucher,
  writeReceipt,
  writeResponse,
} from "./completion.js";
import type { Database, SqlRow } from "./database.js";
import { hex, integer, text } from "./rows.js";
import { writeWitness } from "./witnesses.js";

/** What a channel was metered and what was promised for it; units. */
export interface ChannelBooks {
  /** Number of completed inferences. */
  readonly seq: bigint;
  /** Units metered so far, whatever became of them. */
  readonly metered: bigint;
  /** Units of settled receipts: what the escrow has paid. */
  readonly accounted: bigint;
  /** The highest; undefined before the first. */
  readonly voucher: StoredVoucher | undefined;
  /** Whether its payer asked for its end: nothing more is metered. */
  readonly isEnded: boolean;
}

/** The answer that an idempotency key got. */
export interface StoredResponse {
  readonly requestHash: string;
  readonly body: string;
}

/** Channels, receipts and answers: what requests read and write. */
export class Books {
  readonly #db: Database;
  readonly #node: string;

  /** @param node the operator whose books these are */
  constructor(db: Database, node: string) {
    this.#db = db;
    this.#node = node;
  }

  /** Undefined before the channel's first completed inference. */
  async channel(channel: bigint): Promise<ChannelBooks | undefined> {
    const row = await this.#db.get("SELECT * FROM channels WHERE channel = ?", channel);
    if (row === undefined) return undefined;
    const [seq, cumulative] = [integer(row, "seq"), integer(row, "voucher_cumulative")];
    return {
      seq,
      metered: integer(row, "metered"),
      accounted: integer(row, "accounted"),
      voucher: seq === 0n ? undefined : { cumulative, signature: text(row, "voucher_signature") },
      isEnded: integer(row, "ended_at") !== 0n,
    };
  }

  async receipt(channel: bigint, seq: bigint): Promise<StoredReceipt | undefined> {
    const row = await this.#db.get(
      `SELECT r.*, v.line_id, v.version_hash FROM receipts r JOIN versions v ON v.id = r.version
       WHERE r.channel = ? AND r.seq = ?`,
      channel,
      seq,
    );
    return row && this.#receiptOf(row);
  }

  /** The receipts that stand in a settlement, in an order that stays. */
  async receiptsOf(settlement: bigint): Promise<StoredReceipt[]> {
    const rows = await this.#db.all(
      `SELECT r.*, v.line_id, v.version_hash FROM receipts r JOIN versions v ON v.id = r.version
       WHERE r.settlement = ? ORDER BY r.channel, r.seq`,
      settlement,
    );
    return rows.map((row) => this.#receiptOf(row));
  }

  async response(channel: bigint, idempotencyKey: string): Promise<StoredResponse | undefined> {
    const row = await this.#db.get(
      "SELECT request_hash, body FROM responses WHERE channel = ? AND idempotency_key = ?",
      channel,
      idempotencyKey,
    );
    return row && { requestHash: text(row, "request_hash"), body: text(row, "body") };
  }

  /** Whether this very request was completed once, even when its answer is pruned. */
  async wasCompleted(requestHash: string): Promise<boolean> {
    return (await this.#db.get("SELECT 1 FROM receipts WHERE request_hash = ?", requestHash)) !== undefined;
  }

  /**
   * Whether a voucher for this amount paid for a request, or may have: one that the escrow had paid on, or that came, before
   * vouchers were counted.
   */
  async isSpent(channel: bigint, voucher: bigint): Promise<boolean> {
    const row = await this.#db.get(
      `SELECT 1 FROM channels WHERE channel = ? AND spent_before >= ?
       UNION ALL SELECT 1 FROM receipts WHERE channel = ? AND voucher = ?`,
      channel,
      voucher,
      channel,
      voucher,
    );
    return row !== undefined;
  }

  /**
   * Writes voucher, receipt, answer and meter in one transaction, or nothing of it. Throws `METER_OUT_OF_STEP` when the
   * receipt is not the channel's next one, because another replica was faster, and `ALREADY_COMPLETED` when the request,
   * its key or its voucher has an answer.
   */
  complete(completion: Completion): Promise<void> {
    return this.#db.transaction(async (sql) => {
      await advance(sql, completion);
      await writeReceipt(sql, completion);
      await writeResponse(sql, completion);
      if (completion.witness !== undefined) await writeWitness(sql, completion.witness, completion.receipt);
    });
  }

  /**
   * Ends a channel for good: no completion is written after this.
   * @param paid units that the escrow has paid on it, for a channel that these books do not know
   * @param now wall clock, Unix seconds
   * @returns units that the node is to have from it in all: what was paid, and what it owes, never over the voucher
   */
  end(channel: bigint, paid: bigint, now: bigint): Promise<bigint> {
    return this.#db.transaction(async (sql) => {
      await sql.run(
        `INSERT INTO channels (channel, seq, metered, accounted, paid_before, voucher_cumulative, voucher_signature)
         VALUES (?, 0, ?, ?, ?, 0, '') ON CONFLICT DO NOTHING`,
        channel,
        paid,
        paid,
        paid,
      );
      // Whoever completes a request on it now waits here, and is out of step then.
      await sql.run("UPDATE channels SET ended_at = ? WHERE channel = ? AND ended_at = 0", now, channel);
      const row = await sql.get(
        `SELECT accounted, voucher_cumulative, (SELECT CAST(coalesce(sum(price), 0) AS BIGINT) FROM receipts r
           WHERE r.channel = c.channel AND r.state = 0) AS owed FROM channels c WHERE channel = ?`,
        channel,
      );
      if (row === undefined) throw new WorkerError("DATABASE_CORRUPT", `channel ${channel} was not written`);
      const accounted = integer(row, "accounted");
      return max(accounted, min(accounted + integer(row, "owed"), integer(row, "voucher_cumulative")));
    });
  }

  /** Forgets answers that are older than `before` (wall clock, Unix seconds). */
  async pruneResponses(before: bigint): Promise<void> {
    await this.#db.run("DELETE FROM responses WHERE created_at < ?", before);
  }

  #receiptOf(row: SqlRow): StoredReceipt {
    return {
      receipt: {
        node: this.#node,
        channel: integer(row, "channel"),
        seq: integer(row, "seq"),
        cumulative: integer(row, "cumulative"),
        price: integer(row, "price"),
        lineId: hex(row, "line_id"),
        versionHash: hex(row, "version_hash"),
        requestHash: hex(row, "request_hash"),
        responseHash: hex(row, "response_hash"),
        inputCommitment: hex(row, "input_commitment"),
        outputCommitment: hex(row, "output_commitment"),
        workedAt: integer(row, "worked_at"),
      },
      signature: text(row, "signature"),
      receiptKey: text(row, "receipt_key"),
    };
  }
}
