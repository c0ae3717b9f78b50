import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { concatBytes, randomBytes, utf8 } from "./bytes.js";
import { FreeholdError } from "./errors/base.js";
import { type Hex, toHex } from "./hex.js";
import { MerkleAccumulator } from "./weights/merkle.js";

/** A commitment to records, and what opens it. */
export interface DatasetCommitment {
  /** Salted Merkle root. */
  root: Hex;
  records: bigint;
  /** 32 secret bytes: keep them. With them, and only with them, a record can be shown to be part of the dataset. */
  salt: Uint8Array;
}

/**
 * Commits to records: SHA-256 Merkle root as in RFC 6962 (leaf prefix 0x00, node prefix 0x01, the left subtree the
 * largest power of two), over the leaf data `HMAC-SHA256(salt, "freehold/record/v1" ‖ uint64 index) ‖ record`. The salt
 * of each record is its own, so that nobody who guesses a record can test the guess, and showing one record helps
 * to guess no other.
 * @param records strings (UTF-8) or bytes, at least one
 */
export function buildCommitment(
  records: Iterable<string | Uint8Array>,
  { salt = randomBytes(32) }: { salt?: Uint8Array } = {},
): DatasetCommitment {
  if (salt.length !== 32) {
    throw new FreeholdError("INVALID_ARGUMENT", `the salt has ${salt.length} bytes, not 32`, {
      details: { length: salt.length },
    });
  }
  const tree = new MerkleAccumulator();
  for (const record of records) tree.append(leaf(record, recordSalt(salt, BigInt(tree.count))));
  if (tree.count === 0) {
    throw new FreeholdError("INVALID_ARGUMENT", "a dataset needs at least one record", { details: { records: 0 } });
  }
  return { root: toHex(tree.root()), records: BigInt(tree.count), salt };
}

/** The salt of one record: shown together with the record, and with no other. */
export function recordSalt(salt: Uint8Array, index: bigint): Uint8Array {
  const position = new Uint8Array(8);
  new DataView(position.buffer).setBigUint64(0, index);
  return hmac(sha256, salt, concatBytes(utf8("freehold/record/v1"), position));
}

function leaf(record: string | Uint8Array, salt: Uint8Array): Uint8Array {
  return sha256(concatBytes(Uint8Array.of(0), salt, typeof record === "string" ? utf8(record) : record));
}
