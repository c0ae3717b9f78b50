import type { Hex } from "@freehold/sdk";
import type { JobTransaction } from "@freehold/sdk/watchtower";
import type { Database } from "./database.js";
import { hex, integer, text } from "./rows.js";

/** A voucher that answers a challenge, and the transactions that were signed for it. */
export interface StoredAnswer {
  readonly channel: bigint;
  /** Units. */
  readonly cumulative: bigint;
  readonly signature: Hex;
  readonly transactions: readonly JobTransaction[];
}

/** Where the place in the arbiter's events is kept, by what they are about. */
const PLACES = { challenges: "arbiter_block", proofs: "proofs_block" } as const;
export type EventKind = keyof typeof PLACES;

/** Write-ahead log of answers, and how far the arbiter's events are dealt with. */
export class Answers {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  /** Answers with a transaction that the chain has not decided. */
  async open(): Promise<StoredAnswer[]> {
    const rows = await this.#db.all("SELECT * FROM answers WHERE pending = 1 ORDER BY channel, cumulative");
    return rows.map((row) => ({
      channel: integer(row, "channel"),
      cumulative: integer(row, "cumulative"),
      signature: hex(row, "signature"),
      transactions: JSON.parse(text(row, "transactions")) as JobTransaction[],
    }));
  }

  /** Writes an answer down, over what was known of it. */
  async save({ channel, cumulative, signature, transactions }: StoredAnswer): Promise<void> {
    const pending = transactions.some(({ status }) => status === "pending") ? 1n : 0n;
    await this.#db.run(
      `INSERT INTO answers (channel, cumulative, signature, transactions, pending) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT (channel, cumulative) DO UPDATE SET transactions = excluded.transactions, pending = excluded.pending`,
      channel,
      cumulative,
      signature,
      JSON.stringify(transactions),
      pending,
    );
  }

  /** The last block whose events of a kind are all dealt with; undefined before the first look. */
  async readTo(kind: EventKind): Promise<number | undefined> {
    const row = await this.#db.get("SELECT value FROM meta WHERE key = ?", PLACES[kind]);
    return row && Number(text(row, "value"));
  }

  async setReadTo(kind: EventKind, block: number): Promise<void> {
    await this.#db.run(
      "INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
      PLACES[kind],
      block.toString(),
    );
  }
}
