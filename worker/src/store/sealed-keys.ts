import type { Database } from "./database.js";
import { bytes, text } from "./rows.js";

/** One generation of the enclave's keys, as only the enclave can read it. */
export interface SealedKey {
  /** Address of the receipt key. */
  readonly receiptKey: string;
  readonly sealed: Uint8Array;
}

/** Where the enclave keeps its sealed keys. */
export class SealedKeys {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  /** Newest first. */
  all(): SealedKey[] {
    return this.#db
      .all("SELECT receipt_key, sealed FROM enclave_keys ORDER BY generation DESC")
      .map((row) => ({ receiptKey: text(row, "receipt_key"), sealed: bytes(row, "sealed") }));
  }

  add({ receiptKey, sealed }: SealedKey): void {
    this.#db.run(
      `INSERT INTO enclave_keys (receipt_key, sealed, generation)
       VALUES (?, ?, (SELECT coalesce(max(generation), 0) + 1 FROM enclave_keys))`,
      receiptKey,
      sealed,
    );
  }

  remove(receiptKey: string): void {
    this.#db.run("DELETE FROM enclave_keys WHERE receipt_key = ?", receiptKey);
  }
}
