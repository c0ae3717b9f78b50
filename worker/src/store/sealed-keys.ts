import type { Database } from "./database.js";
import { bytes, text } from "./rows.js";

/** One generation of the enclave's keys, as only the enclave can read it. */
export interface SealedKey {
  /** Address of the receipt key. */
  readonly receiptKey: string;
  readonly sealed: Uint8Array;
}

/** Where one replica's enclave keeps its sealed keys. */
export class SealedKeys {
  readonly #db: Database;
  readonly #replica: string;

  constructor(db: Database, replica: string) {
    this.#db = db;
    this.#replica = replica;
  }

  /** Newest first. */
  async all(): Promise<SealedKey[]> {
    const rows = await this.#db.all(
      "SELECT receipt_key, sealed FROM replica_keys WHERE replica = ? ORDER BY generation DESC",
      this.#replica,
    );
    return rows.map((row) => ({ receiptKey: text(row, "receipt_key"), sealed: bytes(row, "sealed") }));
  }

  async add({ receiptKey, sealed }: SealedKey): Promise<void> {
    await this.#db.run(
      `INSERT INTO replica_keys (replica, generation, receipt_key, sealed)
       VALUES (?, (SELECT coalesce(max(generation), 0) + 1 FROM replica_keys WHERE replica = ?), ?, ?)`,
      this.#replica,
      this.#replica,
      receiptKey,
      sealed,
    );
  }

  async remove(receiptKey: string): Promise<void> {
    await this.#db.run("DELETE FROM replica_keys WHERE replica = ? AND receipt_key = ?", this.#replica, receiptKey);
  }
}
