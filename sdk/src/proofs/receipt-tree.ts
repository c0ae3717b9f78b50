import { concat, keccak256 } from "ethers";
import { ZERO_HASH } from "../eip712/versions.js";
import { FreeholdError } from "../errors/base.js";
import type { Hex } from "../hex.js";

/** Merkle tree over the receipts of a batch, as the library ReceiptTree checks it. */
export interface ReceiptTree {
  readonly root: Hex;
  readonly count: bigint;
  /** Siblings of a leaf, from below. Throws `INVALID_ARGUMENT` for an index that is not in the tree. */
  path(index: number): Hex[];
}

/**
 * Builds the tree over struct hashes of receipts (`hashReceiptStruct`), in their order: leaf keccak256(0x00 ‖ hash), node
 * keccak256(0x01 ‖ left ‖ right), filled up with zero nodes to a power of two. Throws `INVALID_ARGUMENT` for no receipts, and for one that
 * is there twice: it could be proven in one place only.
 */
export function receiptTree(hashes: readonly Hex[]): ReceiptTree {
  if (hashes.length === 0) throw invalid("a set needs a receipt", { count: 0 });
  if (new Set(hashes.map((hash) => hash.toLowerCase())).size !== hashes.length) {
    throw invalid("a receipt is in the set twice", { count: hashes.length });
  }
  const size = 2 ** Math.ceil(Math.log2(hashes.length));
  const leaves = Array.from({ length: size }, (_, i) => leafOf(hashes[i]));
  const levels = [leaves];
  for (let level = leaves; level.length > 1; levels.push(level)) level = above(level);
  return {
    root: levels.at(-1)?.[0] ?? ZERO_HASH,
    count: BigInt(hashes.length),
    path(index) {
      if (!Number.isInteger(index) || index < 0 || index >= hashes.length) {
        throw invalid(`there is no receipt ${index} in a set of ${hashes.length}`, { index, count: hashes.length });
      }
      return levels.slice(0, -1).map((level, height) => level[(index >> height) ^ 1] ?? ZERO_HASH);
    },
  };
}

function leafOf(hash: Hex | undefined): Hex {
  return hash === undefined ? ZERO_HASH : (keccak256(concat(["0x00", hash])) as Hex);
}

function above(level: readonly Hex[]): Hex[] {
  const node = (i: number) => keccak256(concat(["0x01", level[2 * i] ?? ZERO_HASH, level[2 * i + 1] ?? ZERO_HASH]));
  return Array.from({ length: level.length / 2 }, (_, i) => node(i) as Hex);
}

function invalid(message: string, details: Record<string, unknown>): FreeholdError {
  return new FreeholdError("INVALID_ARGUMENT", message, { details });
}
