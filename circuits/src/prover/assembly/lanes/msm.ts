// Multi-scalar multiplication as in ../msm.ts with two additions at a time. What all windows' buckets sum up to is found for all of them
// together, by halving: sum of b * B[b] = 2 * sum of i * (B[2 i] + B[2 i + 1]) + sum of all B[2 i + 1], so twice as many additions of affine
// points as there are buckets, and only as many inversions as two buckets' numbers have bits.
import { setOffset, shifted, sortByDigit, WORDS } from "../digits";
import { sumBuckets } from "../sums";
import { size } from "./coordinate";
import { adderOf, addPairs } from "./pairs";

/** Windows of c bits of a scalar below 2^254. */
export function windowsOf(c: i32): i32 {
  return 254 / c + 1;
}

/** Bytes of scratch that `parts` needs. */
export function scratchOf<F>(count: i32, c: i32): usize {
  const n = <usize>count;
  const buckets: usize = 1 << (c - 1);
  const all = buckets * <usize>windowsOf(c);
  const point = size<F>();
  const sorting = n * (4 * WORDS + 16 + point) + (buckets + 2) * 8 + (n / 4 + 3) * size<F>();
  const halving = (all / 2 + 2) * 12 + (all / 4 + 3) * size<F>();
  return 2 * all * point + max(sorting, halving) + 64;
}

/**
 * out[w c + j] for j below c, affine: points whose sum, each times 2^(w c + j), is the sum of scalars[i] * points[i]. Affine points whose
 * coordinates are tidy, scalars of 32 bytes below 2^254, windows of c bits (3 to 13). `scratch` has {@link scratchOf} bytes.
 */
export function parts<F>(out: usize, points: usize, scalars: usize, count: i32, c: i32, scratch: usize): void {
  const windows = windowsOf(c);
  const buckets = 1 << (c - 1);
  const n = <usize>count;
  const point = size<F>();
  const table = scratch;
  const tableBytes = <usize>(windows * buckets) * point;
  const lists = table + tableBytes;
  const free = lists + tableBytes;
  const digits = free;
  const starts = digits + n * (4 * WORDS);
  const lengths = starts + ((buckets + 2) << 2);
  const lefts = lengths + ((buckets + 2) << 2);
  const rights = lefts + (n << 2);
  const outs = rights + (n << 2);
  const sorted = outs + (n << 2);
  const sums = (sorted + (n << 2) + 15) & ~15;
  // Every pair of every level has a place of its own, and one point less is left each time.
  const products = sums + n * point;

  memory.fill(out, 0, <usize>(windows * c) * point);
  memory.fill(table, 0, tableBytes);
  setOffset(c, windows);
  for (let i = 0; i < count; i++) shifted(digits + i * (4 * WORDS), scalars + (i << 5));
  for (let w = 0; w < windows; w++) {
    if (sortByDigit(digits, count, w, c, points, point, starts, lengths, sorted) === 0) continue;
    sumBuckets(buckets, starts, lengths, sorted, sums, lefts, rights, outs, products, point, adderOf<F>());
    for (let b = 1; b <= buckets; b++) {
      if (load<u32>(lengths + (b << 2)) === 0) continue;
      // The last bucket is the only one with the top bit.
      const to = b === buckets ? out + (w * c + c - 1) * point : table + (w * buckets + b) * point;
      copyPoint<F>(to, load<u32>(sorted + (load<u32>(starts + (b << 2)) << 2)));
    }
  }
  halve<F>(out, table, lists, free, windows, c);
}

function copyPoint<F>(to: usize, reference: u32): void {
  const from = <usize>(reference & ~1);
  const point = size<F>();
  memory.copy(to, from, point);
  if (!(reference & 1)) return;
  for (let at = point / 2; at < point; at += 8) store<f64>(to + at, -load<f64>(to + at));
}

/** Sums of the buckets 1 to 2^(c-1) - 1 by the bits of their numbers; overwrites `table`. */
function halve<F>(out: usize, table: usize, lists: usize, free: usize, windows: i32, c: i32): void {
  const point = size<F>();
  const buckets = 1 << (c - 1);
  const capacity = <usize>(windows * buckets) / 2 + 2;
  const lefts = free;
  const rights = lefts + (capacity << 2);
  const outs = rights + (capacity << 2);
  const products = (outs + (capacity << 2) + 15) & ~15;
  const rounds = c - 1;
  for (let round = 0; round < rounds; round++) {
    const left = buckets >> round;
    let pairs = 0;
    for (let w = 0; w < windows; w++) {
      const row = table + w * buckets * point;
      const list = lists + w * buckets * point;
      // Odd entries are set aside before their places are written to.
      const aside = list + (buckets - left) * point;
      for (let i = 0; i < left / 2; i++) memory.copy(aside + i * point, row + (2 * i + 1) * point, point);
      for (let i = 1; i < left / 2; i++) {
        push(lefts, rights, outs, pairs++, row + 2 * i * point, row + (2 * i + 1) * point, row + i * point);
      }
      for (let j = 0; j < round; j++) {
        const at = list + (buckets - (buckets >> j)) * point;
        const half = buckets >> (round + 1);
        for (let i = 0; i < half; i++) {
          push(lefts, rights, outs, pairs++, at + 2 * i * point, at + (2 * i + 1) * point, at + i * point);
        }
      }
    }
    addPairs<F>(lefts, rights, outs, pairs, products);
  }
  for (let w = 0; w < windows; w++) {
    for (let j = 0; j < rounds; j++) {
      memory.copy(out + (w * c + j) * point, lists + (w * buckets + buckets - (buckets >> j)) * point, point);
    }
  }
}

function push(lefts: usize, rights: usize, outs: usize, at: i32, left: usize, right: usize, out: usize): void {
  store<u32>(lefts + (at << 2), <u32>left);
  store<u32>(rights + (at << 2), <u32>right);
  store<u32>(outs + (at << 2), <u32>out);
}
