// Multi-scalar multiplication: Pippenger's buckets with signed digits; a window's points are sorted by bucket and each bucket
// is summed as a tree, all buckets' pairs of a level together. Equal scalars (0 and 1 above all) cost nothing extra.
import { size } from "./coordinate";
import { addAffine, addPoint, double } from "./curve";
import { setOffset, shifted, sortByDigit, WORDS } from "./digits";
import { adderOf } from "./pairs";
import { productsOf, sumBuckets } from "./sums";

const total: usize = memory.data(288);
const running: usize = memory.data(288);

/** Bytes of scratch that `msm` needs. */
export function scratchOf<F>(count: i32, c: i32): usize {
  const n = <usize>count;
  const buckets: usize = 1 << (c - 1);
  return n * (4 * WORDS) + (buckets + 2) * 8 + n * 4 * 3 + n * 4 + n * 2 * size<F>() + productsOf(count / 2, size<F>());
}

/**
 * out (XYZZ) = sum of scalars[i] * points[i]: affine points, scalars of 32 bytes below 2^254, windows of c bits (3 to 15).
 * `scratch` has {@link scratchOf} bytes.
 */
export function msm<F>(out: usize, points: usize, scalars: usize, count: i32, c: i32, scratch: usize): void {
  const windows = 254 / c + 1;
  const buckets = 1 << (c - 1);
  const n = <usize>count;
  const point = 2 * size<F>();
  const digits = scratch;
  const starts = digits + n * (4 * WORDS);
  const lengths = starts + ((buckets + 2) << 2);
  const lefts = lengths + ((buckets + 2) << 2);
  const rights = lefts + (n << 2);
  const outs = rights + (n << 2);
  const sorted = outs + (n << 2);
  const sums = sorted + (n << 2);
  // Every pair of every level has a place of its own, and one point less is left each time.
  const products = sums + n * point;

  memory.fill(out, 0, 2 * point);
  setOffset(c, windows);
  for (let i = 0; i < count; i++) shifted(digits + i * (4 * WORDS), scalars + (i << 5));
  for (let w = windows - 1; w >= 0; w--) {
    for (let k = 0; k < c; k++) double<F>(out);
    if (sortByDigit(digits, count, w, c, points, point, starts, lengths, sorted) === 0) continue;
    sumBuckets(buckets, starts, lengths, sorted, sums, lefts, rights, outs, products, point, adderOf<F>());
    // sum of b * bucket[b] as the sum of running sums.
    memory.fill(total, 0, 2 * point);
    memory.fill(running, 0, 2 * point);
    for (let b = buckets; b > 0; b--) {
      if (load<u32>(lengths + (b << 2)) !== 0) {
        const reference = load<u32>(sorted + (load<u32>(starts + (b << 2)) << 2));
        addAffine<F>(running, <usize>(reference & ~1), (reference & 1) !== 0);
      }
      addPoint<F>(total, running);
    }
    addPoint<F>(out, total);
  }
}

/** out (XYZZ) = sum of 2^i points[i], affine. */
export function weigh<F>(out: usize, points: usize, count: i32): void {
  memory.fill(out, 0, 4 * size<F>());
  for (let i = count - 1; i >= 0; i--) {
    double<F>(out);
    addAffine<F>(out, points + i * 2 * size<F>(), false);
  }
}
