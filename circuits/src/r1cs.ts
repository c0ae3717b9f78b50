/** Order of BN254's scalar field: the field of all wires (EIP-196). */
export const FIELD = 21888242871839275222246405745257275088548364400416034343698204186575808495617n;

/**
 * A sparse matrix over the field, compressed by rows: row r has the terms `starts[r]` to `starts[r + 1] - 1`, each a wire and
 * the index of its coefficient in {@link R1cs.coefficients}.
 */
export interface SparseMatrix {
  readonly starts: Uint32Array;
  readonly wires: Uint32Array;
  readonly coefficients: Uint32Array;
}

/**
 * A rank-1 constraint system: (A w)_r * (B w)_r = (C w)_r for every row r. Wire 0 is the constant 1, then come the public
 * wires, then the committed ones (tier 2; none in tier 1), then the private ones.
 */
export interface R1cs {
  readonly wires: number;
  /** Public wires, the constant not counted. */
  readonly publics: number;
  /** Wires whose values a Pedersen anchor commits to (tier 2): they follow the public ones. */
  readonly committed: number;
  readonly constraints: number;
  /** All coefficients that occur, each once, in [1, FIELD). */
  readonly coefficients: readonly bigint[];
  readonly a: SparseMatrix;
  readonly b: SparseMatrix;
  readonly c: SparseMatrix;
}

/** Values of all wires, 32 bytes each, little-endian, canonical (below {@link FIELD}). */
export type Witness = Uint8Array;
