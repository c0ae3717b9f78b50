import type { Hex } from "@freehold/sdk";
import type { Database, Sql } from "./database.js";
import { bytes, integer } from "./rows.js";

/** What a proof of one receipt needs, as only the enclave can read it. */
export interface NewWitness {
  /** The arbiter's name of the receipt. */
  readonly receiptId: Hex;
  readonly sealed: Uint8Array;
}

export interface StoredWitness {
  readonly channel: bigint;
  readonly seq: bigint;
  readonly sealed: Uint8Array;
}

/** Sealed witnesses of receipts, for as long as somebody can ask for a proof of them. */
export class Witnesses {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  async find(receiptId: Hex): Promise<StoredWitness | undefined> {
    const row = await this.#db.get("SELECT channel, seq, sealed FROM witnesses WHERE receipt_id = ?", receiptId);
    return row && { channel: integer(row, "channel"), seq: integer(row, "seq"), sealed: bytes(row, "sealed") };
  }

  /** Forgets those of work, and of batches whose newest work is, older than `before`: Unix seconds of the chain. */
  async prune(before: bigint): Promise<void> {
    await this.#db.run(
      `DELETE FROM witnesses WHERE worked_at < ? AND NOT EXISTS (
         SELECT 1 FROM receipts r JOIN settlements s ON s.id = r.settlement
         WHERE r.channel = witnesses.channel AND r.seq = witnesses.seq AND s.last_at >= ?)`,
      before,
      before,
    );
  }
}

/** Writes a receipt's witness with it. */
export async function writeWitness(
  sql: Sql,
  { receiptId, sealed }: NewWitness,
  receipt: { readonly channel: bigint; readonly seq: bigint; readonly workedAt: bigint },
): Promise<void> {
  await sql.run(
    "INSERT INTO witnesses (receipt_id, channel, seq, sealed, worked_at) VALUES (?, ?, ?, ?, ?)",
    receiptId,
    receipt.channel,
    receipt.seq,
    sealed,
    receipt.workedAt,
  );
}
