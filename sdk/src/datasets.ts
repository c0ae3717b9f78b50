import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { concatBytes, randomBytes, utf8 } from "./bytes.js";
import { FreeholdError } from "./errors/base.js";
import { type Hex, toHex } from "./hex.js";

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
  // Roots of complete subtrees, largest first: position i of `count` in binary says whether one of 2^i leaves is here.
  const stack: { height: number; hash: Uint8Array }[] = [];
  let count = 0n;
  for (const record of records) {
    let node = { height: 0, hash: leaf(record, recordSalt(salt, count)) };
    for (let left = stack.at(-1); left?.height === node.height; left = stack.at(-1)) {
      stack.pop();
      node = { height: node.height + 1, hash: parent(left.hash, node.hash) };
    }
    stack.push(node);
    count++;
  }
  const root = stack
    .map(({ hash }) => hash)
    .reduceRight<Uint8Array | undefined>(
      (right, left) => (right === undefined ? left : parent(left, right)),
      undefined,
    );
  if (root === undefined) {
    throw new FreeholdError("INVALID_ARGUMENT", "a dataset needs at least one record", { details: { records: 0 } });
  }
  return { root: toHex(root), records: count, salt };
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

function parent(left: Uint8Array, right: Uint8Array): Uint8Array {
  return sha256(concatBytes(Uint8Array.of(1), left, right));
}
