import { sha256 } from "@noble/hashes/sha2.js";
import { HASH_BYTES } from "./chunk.js";
import { WeightsError } from "./errors.js";
import { equalBytes } from "./hash-hex.js";

function hashNode(left: Uint8Array, right: Uint8Array): Uint8Array {
  const node = new Uint8Array(1 + 2 * HASH_BYTES);
  node[0] = 0x01;
  node.set(left, 1);
  node.set(right, 1 + HASH_BYTES);
  return sha256(node);
}

/**
 * Merkle tree hash over leaves that come in order, in O(log n) memory (RFC 6962, 2.1).
 *
 * The peaks are the roots of the perfect subtrees that the binary digits of the count spell; folding them from the right
 * gives the tree whose left part is always the largest power of two below its size.
 */
export class MerkleAccumulator {
  readonly #peaks: Uint8Array[] = [];
  #count = 0;

  /** Number of leaves so far. */
  get count(): number {
    return this.#count;
  }

  /** @param leaf SHA-256(0x00 ‖ chunk) */
  append(leaf: Uint8Array): void {
    if (leaf.length !== HASH_BYTES) {
      throw new WeightsError("WEIGHTS_BAD_ARGUMENT", `leaf ${this.#count} has ${leaf.length} bytes instead of 32`, {
        details: { index: this.#count, length: leaf.length },
      });
    }
    // Not slice(): that of a Buffer shares its memory.
    let node: Uint8Array = new Uint8Array(leaf);
    for (let below = this.#count; below % 2 === 1; below = Math.floor(below / 2)) {
      node = hashNode(this.#peaks.pop() as Uint8Array, node);
    }
    this.#peaks.push(node);
    this.#count++;
  }

  /**
   * Root of the leaves so far; more may follow.
   * @throws WeightsError WEIGHTS_EMPTY when there are none
   */
  root(): Uint8Array {
    const peaks = [...this.#peaks];
    let root = peaks.pop();
    if (root === undefined) throw emptyError();
    for (let left = peaks.pop(); left !== undefined; left = peaks.pop()) root = hashNode(left, root);
    return new Uint8Array(root);
  }
}

/** The error of everything that is asked for the root of nothing. */
export function emptyError(what = "the input"): WeightsError {
  return new WeightsError("WEIGHTS_EMPTY", `${what} is empty: weights have at least one byte`, {
    details: { byteLength: 0 },
    hint: "Check that the file was written completely.",
  });
}

/** Root of a list of leaves. */
export function merkleRoot(leaves: Iterable<Uint8Array>): Uint8Array {
  const tree = new MerkleAccumulator();
  for (const leaf of leaves) tree.append(leaf);
  return tree.root();
}

/** Shows that one chunk belongs to a root (RFC 6962, 2.1.1). */
export interface InclusionProof {
  readonly index: number;
  /** Chunks of the file: the anchor's byte length gives it, the root alone does not. */
  readonly count: number;
  /** Audit path, from the leaf's sibling to the root's child. */
  readonly path: readonly Uint8Array[];
}

/** Inclusion proof of the leaf at `index`. */
export function inclusionProof(leaves: readonly Uint8Array[], index: number): InclusionProof {
  const count = leaves.length;
  checkIndex(index, count);
  const path: Uint8Array[] = [];
  let [begin, end] = [0, count];
  while (end - begin > 1) {
    const middle = begin + leftSize(end - begin);
    if (index < middle) {
      path.push(merkleRoot(leaves.slice(middle, end)));
      end = middle;
    } else {
      path.push(merkleRoot(leaves.slice(begin, middle)));
      begin = middle;
    }
  }
  return { index, count, path: path.reverse() };
}

/**
 * Whether `proof` shows that `leaf` belongs to `root` (RFC 9162, 2.1.3.2). A path of the wrong length is false.
 * @throws WeightsError WEIGHTS_BAD_ARGUMENT when the index is outside of the count
 */
export function verifyInclusion(leaf: Uint8Array, proof: InclusionProof, root: Uint8Array): boolean {
  checkIndex(proof.index, proof.count);
  let [position, last] = [proof.index, proof.count - 1];
  let node = leaf;
  for (const sibling of proof.path) {
    if (last === 0 || sibling.length !== HASH_BYTES) return false;
    if (position % 2 === 1 || position === last) {
      node = hashNode(sibling, node);
      // A last node without a sibling rises unhashed.
      while (position % 2 === 0 && position !== 0) [position, last] = [half(position), half(last)];
    } else {
      node = hashNode(node, sibling);
    }
    [position, last] = [half(position), half(last)];
  }
  return last === 0 && equalBytes(node, root);
}

const half = (n: number) => Math.floor(n / 2);

/** Largest power of two below `n`, which is at least 2. */
function leftSize(n: number): number {
  let size = 1;
  while (size * 2 < n) size *= 2;
  return size;
}

function checkIndex(index: number, count: number): void {
  if (!Number.isSafeInteger(count) || !Number.isSafeInteger(index) || index < 0 || index >= count) {
    throw new WeightsError("WEIGHTS_BAD_ARGUMENT", `chunk index ${index} is outside of a file of ${count} chunks`, {
      details: { index, count },
    });
  }
}
