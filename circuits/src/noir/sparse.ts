import { inverse, mod } from "../field.js";
import { FULL_ROUNDS, parameters } from "../gadgets/poseidon-permutation.js";

type Vector = readonly bigint[];
type Matrix = readonly Vector[];

/**
 * Poseidon with sparse matrices in the partial rounds (eprint 2019/458, appendix B): the same permutation with 2 T products a partial
 * round in place of T^2, so that compilers of other proof systems have a tenth of the work.
 */
export interface SparseRounds {
  /** Constants of the full rounds, before and after the partial ones. */
  readonly first: Matrix;
  readonly last: Matrix;
  /** What full rounds end with, and what the one before the partial rounds ends with. */
  readonly matrix: Matrix;
  readonly entry: Matrix;
  /** A partial round adds `partial`, takes x = state[0]^5, and gives rows . (x, state[1], ...) and state[i] + columns[i] x. */
  readonly partial: Matrix;
  readonly rows: Matrix;
  readonly columns: Matrix;
}

const known = new Map<number, SparseRounds>();

/** @throws CircuitError `BAD_CIRCUIT` when no round numbers are published for the width */
export function sparseRounds(width: number): SparseRounds {
  let found = known.get(width);
  if (found === undefined) {
    found = derive(width);
    known.set(width, found);
  }
  return found;
}

function derive(width: number): SparseRounds {
  const { roundConstants, mds, roundsPartial } = parameters(width);
  const half = FULL_ROUNDS / 2;
  const rows: Vector[] = [];
  const columns: Vector[] = [];
  const partial: Vector[] = [];
  // From the last round back: M = [[a, v], [w, D]] is [[a, v / D], [w, 1]] times [[1, 0], [0, D]], and the latter leaves the only
  // element alone that the S-box changes. So it can go before the S-box, into the matrix of the round before.
  let matrix: Matrix = mds;
  for (let round = roundsPartial - 1; round >= 0; round--) {
    const dense = matrix.slice(1).map((row) => row.slice(1));
    const [corner = 0n, ...top] = matrix[0] ?? [];
    rows.unshift([corner, ...product([top], inverted(dense)).flat()]);
    columns.unshift([0n, ...matrix.slice(1).map(([value = 0n]) => value)]);
    const inner: Matrix = [[1n, ...new Array<bigint>(width - 1).fill(0n)], ...dense.map((row) => [0n, ...row])];
    const constants = roundConstants[half + round] ?? [];
    partial.unshift(
      product(
        inner,
        constants.map((value) => [value]),
      ).flat(),
    );
    matrix = product(inner, mds);
  }
  const first = roundConstants.slice(0, half);
  return { first, last: roundConstants.slice(-half), matrix: mds, entry: matrix, partial, rows, columns };
}

function product(a: Matrix, b: Matrix): bigint[][] {
  const width = b[0]?.length ?? 0;
  return a.map((row) =>
    Array.from({ length: width }, (_, j) => mod(row.reduce((sum, value, k) => sum + value * (b[k]?.[j] ?? 0n), 0n))),
  );
}

/** Gauss and Jordan; the matrices here are invertible. */
function inverted(matrix: Matrix): bigint[][] {
  const n = matrix.length;
  const rows = matrix.map((row, i) => [...row, ...Array.from({ length: n }, (_, j) => (i === j ? 1n : 0n))]);
  for (let i = 0; i < n; i++) {
    const at = rows.findIndex((row, k) => k >= i && row[i] !== 0n);
    if (at < 0) throw new RangeError("the matrix has no inverse");
    const [pivot = []] = rows.splice(at, 1);
    const factor = inverse(pivot[i] ?? 0n);
    const scaled = pivot.map((value) => mod(value * factor));
    rows.splice(i, 0, scaled);
    for (const [k, row] of rows.entries()) {
      const times = row[i] ?? 0n;
      if (k !== i && times !== 0n) rows[k] = row.map((value, j) => mod(value - times * (scaled[j] ?? 0n)));
    }
  }
  return rows.map((row) => row.slice(n));
}
