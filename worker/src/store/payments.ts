import type { Hex } from "@freehold/sdk";
import { WorkerError } from "../errors.js";
import type { Database, SqlRow } from "./database.js";
import { hex, integer, text } from "./rows.js";

/** What makes an EIP-3009 authorisation the same one again, on the escrow's token. Lower-case hex. */
export interface PaymentName {
  readonly payer: string;
  readonly nonce: string;
}

/** A completed inference whose answer leaves when its transfer is on the chain. */
export interface StoredPayment extends PaymentName {
  readonly requestHash: string;
  /** In the token's smallest unit. */
  readonly amount: bigint;
  /** The answer, byte for byte; its output is sealed. */
  readonly body: string;
  /** No block before this one has the transfer. */
  readonly fromBlock: number;
  /** The transaction that was sent last, and its hash. */
  readonly raw: Hex | undefined;
  readonly hash: Hex | undefined;
  /** Hash of the transaction that paid: the node's own, or whoever was faster. */
  readonly settledBy: string | undefined;
  /** Wall clock, Unix seconds. */
  readonly createdAt: bigint;
}

/** A payment as it is first written down. */
export type NewPayment = Omit<StoredPayment, "raw" | "hash" | "settledBy">;

/** Payments by token transfer: one request each, for all replicas and through every crash. */
export class Payments {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  async find({ payer, nonce }: PaymentName): Promise<StoredPayment | undefined> {
    const row = await this.#db.get("SELECT * FROM payments WHERE payer = ? AND nonce = ?", payer, nonce);
    return row && paymentOf(row);
  }

  /** Writes a payment down with its answer. Returns what is written: another's, when a payment of this name was there. */
  async record(payment: NewPayment): Promise<StoredPayment> {
    await this.#db.run(
      `INSERT INTO payments (payer, nonce, request_hash, amount, body, from_block, created_at) VALUES (?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT DO NOTHING`,
      payment.payer,
      payment.nonce,
      payment.requestHash,
      payment.amount.toString(),
      payment.body,
      payment.fromBlock,
      payment.createdAt,
    );
    const stored = await this.find(payment);
    if (stored === undefined) throw new WorkerError("DATABASE_CORRUPT", "a payment was not written");
    return stored;
  }

  /** Writes a transaction down before it is sent. */
  async send({ payer, nonce }: PaymentName, raw: string, hash: string): Promise<void> {
    const written = await this.#db.run(
      "UPDATE payments SET raw = ?, hash = ? WHERE payer = ? AND nonce = ?",
      raw,
      hash,
      payer,
      nonce,
    );
    if (written === 0) throw new WorkerError("UNKNOWN_PAYMENT", "a payment is sent that was not written down");
  }

  /** Writes down which transaction paid. */
  async settle({ payer, nonce }: PaymentName, transaction: string): Promise<void> {
    await this.#db.run("UPDATE payments SET settled_by = ? WHERE payer = ? AND nonce = ?", transaction, payer, nonce);
  }

  /** Forgets payments that are older than `before` (wall clock, Unix seconds): the chain takes none of them twice. */
  async prune(before: bigint): Promise<void> {
    await this.#db.run("DELETE FROM payments WHERE created_at < ?", before);
  }
}

function paymentOf(row: SqlRow): StoredPayment {
  return {
    payer: text(row, "payer"),
    nonce: text(row, "nonce"),
    requestHash: text(row, "request_hash"),
    amount: BigInt(text(row, "amount")),
    body: text(row, "body"),
    fromBlock: Number(integer(row, "from_block")),
    raw: row.raw === null ? undefined : hex(row, "raw"),
    hash: row.hash === null ? undefined : hex(row, "hash"),
    settledBy: row.settled_by === null ? undefined : text(row, "settled_by"),
    createdAt: integer(row, "created_at"),
  };
}
