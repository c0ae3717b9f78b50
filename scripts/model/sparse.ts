import type { Featuriser } from "@freehold/worker/engine";
import type { Headline } from "./csv.ts";

/** Rows of small counts in compressed form, with a class each. */
export interface SparseRows {
  /** Row r holds entries start[r] .. start[r + 1] - 1. */
  readonly start: Int32Array;
  readonly index: Int32Array;
  readonly value: Float64Array;
  readonly label: Uint8Array;
  /** Number of inputs. */
  readonly width: number;
}

interface CountedRow {
  /** Pairs of input and count. */
  readonly counts: Iterable<readonly [index: number, count: number]>;
  readonly label: number;
}

export function sparseRows(rows: Iterable<CountedRow>, width: number): SparseRows {
  const start = [0];
  const index: number[] = [];
  const value: number[] = [];
  const label: number[] = [];
  for (const row of rows) {
    for (const [i, count] of row.counts) {
      index.push(i);
      value.push(count);
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

/** Headlines as the model sees them. */
export function vectorise(rows: readonly Headline[], featuriser: Featuriser): SparseRows {
  const counted = rows.map(({ text, label }) => {
    const counts = [...featuriser.counts(text).entries()].filter(([, count]) => count > 0);
    return { counts, label };
  });
  return sparseRows(counted, featuriser.size);
}
