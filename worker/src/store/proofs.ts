import type { Hex } from "@freehold/sdk";
import type { JobTransaction } from "@freehold/sdk/watchtower";
import type { Database, SqlRow } from "./database.js";
import { hex, integer, text } from "./rows.js";

/** A step of an answer to a demand of proofs: its proof, once that is made, and the transactions that were signed for it. */
export interface StoredStep {
  /** Names demand and step. */
  readonly id: string;
  readonly proof: StoredProof | undefined;
  readonly transactions: readonly JobTransaction[];
}

export interface StoredProof {
  /** 256 bytes, in tier 2 288. */
  readonly proof: Hex;
  /** class * 256 + margin. */
  readonly result: bigint;
}

/** Proofs that were made, and write-ahead log of the transactions that carry them. */
export class ProofSteps {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  async find(id: string): Promise<StoredStep | undefined> {
    const row = await this.#db.get("SELECT * FROM proof_steps WHERE id = ?", id);
    return row && stepOf(row);
  }

  /** Steps with a transaction that the chain has not decided. */
  async open(): Promise<StoredStep[]> {
    return (await this.#db.all("SELECT * FROM proof_steps WHERE pending = 1 ORDER BY id")).map(stepOf);
  }

  /** Writes a step down, over what was known of it. */
  async save({ id, proof, transactions }: StoredStep, now: bigint): Promise<void> {
    const pending = transactions.some(({ status }) => status === "pending") ? 1n : 0n;
    await this.#db.run(
      `INSERT INTO proof_steps (id, proof, result, transactions, pending, created_at) VALUES (?, ?, ?, ?, ?, ?)
       ON CONFLICT (id) DO UPDATE SET proof = excluded.proof, result = excluded.result,
         transactions = excluded.transactions, pending = excluded.pending`,
      id,
      proof?.proof ?? null,
      proof?.result ?? null,
      JSON.stringify(transactions),
      pending,
      now,
    );
  }

  /** Forgets what is decided and was begun before `before`, wall clock, Unix seconds. */
  async prune(before: bigint): Promise<void> {
    await this.#db.run("DELETE FROM proof_steps WHERE pending = 0 AND created_at < ?", before);
  }
}

function stepOf(row: SqlRow): StoredStep {
  return {
    id: text(row, "id"),
    proof: row.proof === null ? undefined : { proof: hex(row, "proof"), result: integer(row, "result") },
    transactions: JSON.parse(text(row, "transactions")) as JobTransaction[],
  };
}
