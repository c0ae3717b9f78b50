import type { Receipt } from "@freehold/sdk";
import { WorkerError } from "../errors.js";
import type { Database, SqlRow } from "./database.js";
import { hex, integer, text } from "./rows.js";

/** The highest voucher of a channel. */
export interface StoredVoucher {
  readonly cumulative: bigint;
  readonly signature: string;
}

/** What a channel was metered and what was promised for it; units. */
export interface ChannelBooks {
  /** Number of completed inferences. */
  readonly seq: bigint;
  /** Units metered so far, whatever became of them. */
  readonly metered: bigint;
  /** Units of settled receipts: what the escrow has paid. */
  readonly accounted: bigint;
  readonly voucher: StoredVoucher;
}

/** A receipt with its signature and the address that signed it. */
export interface StoredReceipt {
  readonly receipt: Receipt;
  readonly signature: string;
  readonly receiptKey: string;
}

/** One completed inference, as it is written down before its answer leaves. */
export interface Completion extends StoredReceipt {
  readonly voucher: StoredVoucher;
  /** Units that the escrow had paid on the channel when these books first met it; counts once. */
  readonly paidBefore: bigint;
  readonly idempotencyKey: string;
  /** The answer, byte for byte; its output is sealed. */
  readonly body: string;
  /** Wall clock, Unix seconds. */
  readonly createdAt: bigint;
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
  channel(channel: bigint): ChannelBooks | undefined {
    const row = this.#db.get("SELECT * FROM channels WHERE channel = ?", channel);
    if (row === undefined) return undefined;
    return {
      seq: integer(row, "seq"),
      metered: integer(row, "metered"),
      accounted: integer(row, "accounted"),
      voucher: { cumulative: integer(row, "voucher_cumulative"), signature: text(row, "voucher_signature") },
    };
  }

  lastReceipt(channel: bigint): StoredReceipt | undefined {
    const row = this.#db.get(
      `SELECT r.*, v.line_id, v.version_hash FROM receipts r JOIN versions v ON v.id = r.version
       WHERE r.channel = ? ORDER BY r.seq DESC LIMIT 1`,
      channel,
    );
    return row && this.#receiptOf(row);
  }

  response(channel: bigint, idempotencyKey: string): StoredResponse | undefined {
    const row = this.#db.get(
      "SELECT request_hash, body FROM responses WHERE channel = ? AND idempotency_key = ?",
      channel,
      idempotencyKey,
    );
    return row && { requestHash: text(row, "request_hash"), body: text(row, "body") };
  }

  /** Whether this very request was completed once, even when its answer is pruned. */
  wasCompleted(requestHash: string): boolean {
    return this.#db.get("SELECT 1 FROM receipts WHERE request_hash = ?", requestHash) !== undefined;
  }

  /** Writes voucher, receipt, answer and meter in one transaction. Throws `METER_OUT_OF_STEP` and writes nothing. */
  complete(completion: Completion): void {
    this.#db.transaction(() => {
      const { receipt } = completion;
      this.#requireNext(completion);
      this.#writeChannel(completion);
      this.#writeReceipt(completion);
      this.#db.run(
        "INSERT INTO responses (channel, idempotency_key, request_hash, body, created_at) VALUES (?, ?, ?, ?, ?)",
        receipt.channel,
        completion.idempotencyKey,
        receipt.requestHash,
        completion.body,
        completion.createdAt,
      );
    });
  }

  /** Forgets answers that are older than `before` (wall clock, Unix seconds). */
  pruneResponses(before: bigint): void {
    this.#db.run("DELETE FROM responses WHERE created_at < ?", before);
  }

  #requireNext({ receipt, paidBefore }: Completion): void {
    const now = this.channel(receipt.channel);
    const seq = (now?.seq ?? 0n) + 1n;
    const cumulative = (now?.metered ?? paidBefore) + receipt.price;
    if (receipt.seq !== seq || receipt.cumulative !== cumulative) {
      throw new WorkerError("METER_OUT_OF_STEP", `channel ${receipt.channel} is at ${seq}, not at ${receipt.seq}`);
    }
  }

  #writeChannel({ receipt, voucher, paidBefore }: Completion): void {
    this.#db.run(
      `INSERT INTO channels (channel, seq, metered, accounted, voucher_cumulative, voucher_signature)
       VALUES (?1, ?2, ?3, ?6, ?4, ?5)
       ON CONFLICT (channel) DO UPDATE SET seq = ?2, metered = ?3,
         voucher_signature = iif(voucher_cumulative < ?4, ?5, voucher_signature),
         voucher_cumulative = max(voucher_cumulative, ?4)`,
      receipt.channel,
      receipt.seq,
      receipt.cumulative,
      voucher.cumulative,
      voucher.signature,
      paidBefore,
    );
  }

  #writeReceipt({ receipt, signature, receiptKey, createdAt }: Completion): void {
    this.#db.run(
      `INSERT INTO receipts (channel, seq, version, request_hash, response_hash, cumulative, price, worked_at,
         signature, receipt_key, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      receipt.channel,
      receipt.seq,
      this.#versionId(receipt.lineId, receipt.versionHash),
      receipt.requestHash,
      receipt.responseHash,
      receipt.cumulative,
      receipt.price,
      receipt.workedAt,
      signature,
      receiptKey,
      createdAt,
    );
  }

  #versionId(lineId: string, versionHash: string): bigint {
    this.#db.run("INSERT OR IGNORE INTO versions (line_id, version_hash) VALUES (?, ?)", lineId, versionHash);
    const row = this.#db.get("SELECT id FROM versions WHERE line_id = ? AND version_hash = ?", lineId, versionHash);
    if (row === undefined) throw new WorkerError("DATABASE_CORRUPT", `version ${versionHash} was not written`);
    return integer(row, "id");
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
        workedAt: integer(row, "worked_at"),
      },
      signature: text(row, "signature"),
      receiptKey: text(row, "receipt_key"),
    };
  }
}
