import type { Hex } from "@freehold/sdk";
import type { Database } from "./database.js";
import { bytes } from "./rows.js";

/** A version under a circuit of tier 2. */
export interface SumName {
  readonly versionHash: Hex;
  readonly circuitId: Hex;
}

/** Sealed blinders of the sums that proofs of tier 2 are made with: one for each version and circuit, of all replicas. */
export class Sums {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  async find({ versionHash, circuitId }: SumName): Promise<Uint8Array | undefined> {
    const row = await this.#db.get(
      "SELECT sealed FROM sums WHERE version_hash = ? AND circuit_id = ?",
      versionHash,
      circuitId,
    );
    return row && bytes(row, "sealed");
  }

  /** Writes the first blinder of a name; a replica that comes second writes nothing. */
  async add({ versionHash, circuitId }: SumName, sealed: Uint8Array): Promise<void> {
    await this.#db.run(
      "INSERT INTO sums (version_hash, circuit_id, sealed) VALUES (?, ?, ?) ON CONFLICT (version_hash, circuit_id) DO NOTHING",
      versionHash,
      circuitId,
      sealed,
    );
  }

  /** Forgets one that can be read no more, unless it was replaced meanwhile. */
  async remove({ versionHash, circuitId }: SumName, sealed: Uint8Array): Promise<void> {
    await this.#db.run(
      "DELETE FROM sums WHERE version_hash = ? AND circuit_id = ? AND sealed = ?",
      versionHash,
      circuitId,
      sealed,
    );
  }
}
