// Sums and multiples of many points at once, for either way to add pairs: the core's, and that of its lanes.
import { digitOf, pairUp, setOffset, shifted, WORDS } from "./digits";

/** outs[i] = lefts[i] + rights[i] for `count` pairs of references to affine points; `products` is its scratch. */
export type Adder = (lefts: usize, rights: usize, outs: usize, count: i32, products: usize) => void;

/** Infinity, in either representation. */
const nothing: usize = memory.data(160, 16);

/** Bytes of an adder's scratch. @param element bytes of a coordinate */
export function productsOf(count: i32, element: usize): usize {
  return (<usize>count + 8) * element + 16;
}

function align(at: usize): usize {
  return (at + 15) & ~15;
}

/** Halves every bucket until each has one point or none: `sorted` refers to what is left. */
export function sumBuckets(
  buckets: i32,
  starts: usize,
  lengths: usize,
  sorted: usize,
  sums: usize,
  lefts: usize,
  rights: usize,
  outs: usize,
  products: usize,
  point: usize,
  addPairs: Adder,
): void {
  for (;;) {
    const pairs = pairUp(buckets, starts, lengths, sorted, sums, point, lefts, rights, outs);
    if (pairs === 0) return;
    addPairs(lefts, rights, outs, pairs, products);
    sums += pairs * point;
  }
}

/** Bytes of scratch of `fixedBase` and of `scale`. */
export function fixedScratch(count: i32, element: usize): usize {
  return <usize>count * (4 * WORDS + 8) + productsOf(count, element);
}

/** out[i] = scalars[i] * base of the table, affine: table[w][d - 1] = d * 2^(c w) * base for d in 1 to 2^(c-1). */
export function fixedBase(
  out: usize,
  tableAt: usize,
  c: i32,
  scalars: usize,
  count: i32,
  scratch: usize,
  element: usize,
  addPairs: Adder,
): void {
  const windows = 254 / c + 1;
  const point = 2 * element;
  const digits = scratch;
  const lefts = digits + count * (4 * WORDS);
  const rights = lefts + (count << 2);
  const products = align(rights + (count << 2));
  memory.fill(out, 0, count * point);
  setOffset(c, windows);
  for (let i = 0; i < count; i++) {
    shifted(digits + i * (4 * WORDS), scalars + (i << 5));
    store<u32>(lefts + (i << 2), <u32>(out + i * point));
  }
  for (let w = 0; w < windows; w++) {
    const row = tableAt + w * (point << (c - 1));
    for (let i = 0; i < count; i++) {
      const d = digitOf(digits + i * (4 * WORDS), w, c);
      const reference = d === 0 ? <u32>nothing : <u32>(row + (abs(d) - 1) * point) | (d < 0 ? 1 : 0);
      store<u32>(rights + (i << 2), reference);
    }
    addPairs(lefts, rights, lefts, count, products);
  }
}

/** out[i] (affine) = scalar * points[i], one scalar of 32 bytes; out is not points. */
export function scale(
  out: usize,
  points: usize,
  scalar: usize,
  count: i32,
  scratch: usize,
  element: usize,
  addPairs: Adder,
): void {
  const point = 2 * element;
  const lefts = scratch;
  const rights = lefts + (count << 2);
  const products = align(rights + (count << 2));
  memory.fill(out, 0, count * point);
  for (let i = 0; i < count; i++) {
    store<u32>(lefts + (i << 2), <u32>(out + i * point));
    store<u32>(rights + (i << 2), <u32>(points + i * point));
  }
  for (let bit = 253; bit >= 0; bit--) {
    addPairs(lefts, lefts, lefts, count, products);
    if ((load<u8>(scalar + (bit >> 3)) >> (bit & 7)) & 1) addPairs(lefts, rights, lefts, count, products);
  }
}

/** Bytes of scratch of `columns`. */
export function columnsScratch(terms: i32, groups: i32, element: usize): usize {
  return (<usize>terms + 2) * (16 + 4 * element) + (<usize>groups + 2) * 8 + productsOf(terms, element) + 32;
}

/**
 * Sparse matrices times points (set-up from powers of tau): out[g] (affine) = sum of scalars[i] * points[i] over the terms i from starts[g] to
 * starts[g + 1] - 1. Scalars have 32 bytes; `points` are addresses, so that terms share them.
 */
export function columns(
  out: usize,
  points: usize,
  scalars: usize,
  starts: usize,
  groups: i32,
  scratch: usize,
  element: usize,
  addPairs: Adder,
): void {
  const terms = <i32>load<u32>(starts + (groups << 2));
  const n = <usize>terms;
  const point = 2 * element;
  const lefts = scratch;
  const rights = lefts + (n << 2);
  const outs = rights + (n << 2);
  const sorted = outs + (n << 2);
  const firsts = sorted + (n << 2);
  const lengths = firsts + ((groups + 2) << 2);
  const multiples = align(lengths + ((groups + 2) << 2));
  const sums = multiples + n * point;
  const products = align(sums + n * point);
  memory.fill(multiples, 0, n * point);
  for (let i: usize = 0; i < n; i++) {
    store<u32>(lefts + (i << 2), <u32>(multiples + i * point));
    store<u32>(sorted + (i << 2), <u32>(multiples + i * point));
  }
  for (let bit = 253; bit >= 0; bit--) {
    addPairs(lefts, lefts, lefts, terms, products);
    let pairs = 0;
    for (let i: usize = 0; i < n; i++) {
      if (!((<u32>load<u8>(scalars + (i << 5) + (bit >> 3)) >> (bit & 7)) & 1)) continue;
      store<u32>(outs + (pairs << 2), <u32>(multiples + i * point));
      store<u32>(rights + (pairs << 2), load<u32>(points + (i << 2)));
      pairs++;
    }
    addPairs(outs, rights, outs, pairs, products);
  }
  // Buckets are numbered from 1.
  for (let g = 0; g < groups; g++) {
    const start = load<u32>(starts + (g << 2));
    store<u32>(firsts + ((g + 1) << 2), start);
    store<u32>(lengths + ((g + 1) << 2), load<u32>(starts + ((g + 1) << 2)) - start);
  }
  sumBuckets(groups, firsts, lengths, sorted, sums, lefts, rights, outs, products, point, addPairs);
  for (let g = 0; g < groups; g++) {
    if (load<u32>(lengths + ((g + 1) << 2)) === 0) {
      memory.fill(out + g * point, 0, point);
      continue;
    }
    const at = load<u32>(sorted + (load<u32>(firsts + ((g + 1) << 2)) << 2));
    memory.copy(out + g * point, <usize>at, point);
  }
}
