// Multi-scalar multiplication: Pippenger's buckets with signed digits; a window's points are sorted by bucket and each bucket
// is summed as a tree, all buckets' pairs of a level together. Equal scalars (0 and 1 above all) cost nothing extra.
import { size } from "./coordinate";
import { addAffine, addPoint, double } from "./curve";
import { addPairs } from "./pairs";

/** Words of a scalar with its digits' offset added: 2^c above 2^255 at most. */
export const WORDS = 9;

const total: usize = memory.data(288);
const running: usize = memory.data(288);
const offset: usize = memory.data(40);

/** Bytes of scratch that `msm` needs. */
export function scratchOf<F>(count: i32, c: i32): usize {
  const n = <usize>count;
  const buckets: usize = 1 << (c - 1);
  return n * (4 * WORDS) + (buckets + 2) * 8 + n * 4 * 3 + n * 4 + n * 2 * size<F>() + (n / 2 + 2) * size<F>();
}

/** Adds 2^(c-1) to every digit, so that a digit less 2^(c-1) is signed without a carry. */
export function setOffset(c: i32, windows: i32): void {
  memory.fill(offset, 0, 40);
  for (let w = 0; w < windows; w++) {
    const bit = w * c + c - 1;
    const at = offset + ((bit >> 5) << 2);
    store<u32>(at, load<u32>(at) | (1 << (bit & 31)));
  }
}

export function shifted(o: usize, scalar: usize): void {
  let carry: u64 = 0;
  for (let i = 0; i < WORDS; i++) {
    carry += <u64>load<u32>(offset + (i << 2));
    if (i < 8) carry += <u64>load<u32>(scalar + (i << 2));
    store<u32>(o + (i << 2), <u32>carry);
    carry >>= 32;
  }
}

/** Signed digit of window w of a shifted scalar. */
export function digitOf(at: usize, w: i32, c: i32): i32 {
  const bit = w * c;
  const word = bit >> 5;
  let bits = <u64>load<u32>(at + (word << 2));
  if (word + 1 < WORDS) bits |= (<u64>load<u32>(at + (word << 2) + 4)) << 32;
  return <i32>((bits >> (bit & 31)) & ((1 << c) - 1)) - (1 << (c - 1));
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
    // Counting sort by |digit|.
    memory.fill(lengths, 0, (buckets + 1) << 2);
    for (let i = 0; i < count; i++) {
      const d = abs(digitOf(digits + i * (4 * WORDS), w, c));
      store<u32>(lengths + (d << 2), load<u32>(lengths + (d << 2)) + 1);
    }
    let start = 0;
    for (let b = 1; b <= buckets; b++) {
      store<u32>(starts + (b << 2), start);
      start += load<u32>(lengths + (b << 2));
      store<u32>(lengths + (b << 2), 0);
    }
    if (start === 0) continue;
    for (let i = 0; i < count; i++) {
      const d = digitOf(digits + i * (4 * WORDS), w, c);
      if (d === 0) continue;
      const at = abs(d) << 2;
      const place = load<u32>(starts + at) + load<u32>(lengths + at);
      store<u32>(sorted + (place << 2), <u32>(points + i * point) | (d < 0 ? 1 : 0));
      store<u32>(lengths + at, load<u32>(lengths + at) + 1);
    }
    sumBuckets<F>(buckets, starts, lengths, sorted, sums, lefts, rights, outs, products);
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

/** Halves every bucket until each has one point or none: `sorted` refers to what is left. */
export function sumBuckets<F>(
  buckets: i32,
  starts: usize,
  lengths: usize,
  sorted: usize,
  sums: usize,
  lefts: usize,
  rights: usize,
  outs: usize,
  products: usize,
): void {
  const point = 2 * size<F>();
  for (;;) {
    let pairs = 0;
    for (let b = 1; b <= buckets; b++) {
      const length = <i32>load<u32>(lengths + (b << 2));
      if (length < 2) continue;
      const start = <i32>load<u32>(starts + (b << 2));
      const half = length >> 1;
      for (let i = 0; i < half; i++) {
        const from = sorted + ((start + 2 * i) << 2);
        const out = <u32>sums;
        sums += point;
        store<u32>(lefts + (pairs << 2), load<u32>(from));
        store<u32>(rights + (pairs << 2), load<u32>(from + 4));
        store<u32>(outs + (pairs << 2), out);
        store<u32>(sorted + ((start + i) << 2), out);
        pairs++;
      }
      if (length & 1) store<u32>(sorted + ((start + half) << 2), load<u32>(sorted + ((start + length - 1) << 2)));
      store<u32>(lengths + (b << 2), half + (length & 1));
    }
    if (pairs === 0) return;
    addPairs<F>(lefts, rights, outs, pairs, products);
  }
}
