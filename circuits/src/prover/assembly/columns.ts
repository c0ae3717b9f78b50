// Sparse matrices times points (set-up from powers of tau): every term's point times its coefficient, then sums of groups.
import { size } from "./coordinate";
import { sumBuckets } from "./msm";
import { addPairs } from "./pairs";

/** Bytes of scratch of `columns`. */
export function columnsScratch<F>(terms: i32, groups: i32): usize {
  const n = <usize>terms;
  return (n + 2) * (16 + 5 * size<F>()) + (<usize>groups + 2) * 8;
}

/**
 * out[g] (affine) = sum of scalars[i] * points[i] over the terms i from starts[g] to starts[g + 1] - 1. Scalars have 32 bytes;
 * `points` are addresses, so that terms share them.
 */
export function columns<F>(
  out: usize,
  points: usize,
  scalars: usize,
  starts: usize,
  groups: i32,
  scratch: usize,
): void {
  const terms = <i32>load<u32>(starts + (groups << 2));
  const n = <usize>terms;
  const point = 2 * size<F>();
  const lefts = scratch;
  const rights = lefts + (n << 2);
  const outs = rights + (n << 2);
  const sorted = outs + (n << 2);
  const firsts = sorted + (n << 2);
  const lengths = firsts + ((groups + 2) << 2);
  const multiples = lengths + ((groups + 2) << 2);
  const sums = multiples + n * point;
  const products = sums + n * point;
  memory.fill(multiples, 0, n * point);
  for (let i: usize = 0; i < n; i++) {
    store<u32>(lefts + (i << 2), <u32>(multiples + i * point));
    store<u32>(sorted + (i << 2), <u32>(multiples + i * point));
  }
  for (let bit = 253; bit >= 0; bit--) {
    addPairs<F>(lefts, lefts, lefts, terms, products);
    for (let i: usize = 0; i < n; i++) {
      const set = (<u32>load<u8>(scalars + (i << 5) + (bit >> 3)) >> (bit & 7)) & 1;
      store<u32>(rights + (i << 2), set ? load<u32>(points + (i << 2)) : 0);
    }
    addPairs<F>(lefts, rights, lefts, terms, products);
  }
  // Buckets are numbered from 1.
  for (let g = 0; g < groups; g++) {
    const start = load<u32>(starts + (g << 2));
    store<u32>(firsts + ((g + 1) << 2), start);
    store<u32>(lengths + ((g + 1) << 2), load<u32>(starts + ((g + 1) << 2)) - start);
  }
  sumBuckets<F>(groups, firsts, lengths, sorted, sums, lefts, rights, outs, products);
  for (let g = 0; g < groups; g++) {
    if (load<u32>(lengths + ((g + 1) << 2)) === 0) {
      memory.fill(out + g * point, 0, point);
      continue;
    }
    const at = load<u32>(sorted + (load<u32>(firsts + ((g + 1) << 2)) << 2));
    memory.copy(out + g * point, <usize>at, point);
  }
}
