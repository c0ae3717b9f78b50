/** Rows of small counts in compressed form, with a class each. */
export interface SparseRows {
  /** Row r holds entries start[r] .. start[r + 1] - 1. */
  readonly start: Int32Array;
  readonly index: Int32Array;
  readonly value: Float64Array;
  readonly label: Uint8Array;
  readonly width: number;
}

export function rowCount(rows: SparseRows): number {
  return rows.label.length;
}

/** Compresses dense count vectors; all have the length `width`. */
export function sparse(vectors: Iterable<{ counts: Iterable<[number, number]>; label: number }>, width: number): SparseRows {
  const start = [0];
  const index: number[] = [];
  const value: number[] = [];
  const label: number[] = [];
  for (const row of vectors) {
    for (const [i, v] of row.counts) {
      index.push(i);
      value.push(v);
    }
    start.push(index.length);
    label.push(row.label);
  }
  return {
    start: Int32Array.from(start),
    index: Int32Array.from(index),
    value: Float64Array.from(value),
    label: Uint8Array.from(label),
    width,
  };
}
