// Multiples of one point by many scalars (set-up): a table of small multiples of 2^(c w) * base, and for each window one
// batch of additions over all scalars.
import { size } from "./coordinate";
import { addAffine, double, toAffine } from "./curve";
import { digitOf, setOffset, shifted, WORDS } from "./digits";
import { addPairs } from "./pairs";

const running: usize = memory.data(288);

function windowsOf(c: i32): i32 {
  return 254 / c + 1;
}

/** Bytes of a table of windows of c bits. */
export function tableBytes<F>(c: i32): usize {
  return ((<usize>windowsOf(c)) << (c - 1)) * 2 * size<F>();
}

/** Bytes of scratch of `table` and, with the number of scalars, of `fixedBase`. */
export function fixedScratch<F>(count: i32): usize {
  return (<usize>count + 128) * (4 * WORDS + 12 + size<F>());
}

/** table[w][d - 1] = d * 2^(c w) * base for d in 1 to 2^(c-1). */
export function table<F>(out: usize, base: usize, c: i32, scratch: usize): void {
  const windows = windowsOf(c);
  const point = 2 * size<F>();
  const row = point << (c - 1);
  const lefts = scratch;
  const rights = lefts + (windows << 2);
  const outs = rights + (windows << 2);
  const products = outs + (windows << 2);
  memory.fill(running, 0, 2 * point);
  addAffine<F>(running, base, false);
  for (let w = 0; w < windows; w++) {
    toAffine<F>(out + w * row, running);
    for (let k = 0; k < c; k++) double<F>(running);
  }
  for (let d = 1; d < 1 << (c - 1); d++) {
    for (let w = 0; w < windows; w++) {
      const first = out + w * row;
      store<u32>(lefts + (w << 2), <u32>(first + (d - 1) * point));
      store<u32>(rights + (w << 2), <u32>first);
      store<u32>(outs + (w << 2), <u32>(first + d * point));
    }
    addPairs<F>(lefts, rights, outs, windows, products);
  }
}

/** out[i] (affine) = scalars[i] * base of the table. */
export function fixedBase<F>(out: usize, tableAt: usize, c: i32, scalars: usize, count: i32, scratch: usize): void {
  const windows = windowsOf(c);
  const point = 2 * size<F>();
  const digits = scratch;
  const lefts = digits + count * (4 * WORDS);
  const rights = lefts + (count << 2);
  const products = rights + (count << 2);
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
      const reference = d === 0 ? 0 : <u32>(row + (abs(d) - 1) * point) | (d < 0 ? 1 : 0);
      store<u32>(rights + (i << 2), reference);
    }
    addPairs<F>(lefts, rights, lefts, count, products);
  }
}

/** out[i] (affine) = scalar * points[i], one scalar of 32 bytes; out is not points. */
export function scale<F>(out: usize, points: usize, scalar: usize, count: i32, scratch: usize): void {
  const point = 2 * size<F>();
  const lefts = scratch;
  const rights = lefts + (count << 2);
  const products = rights + (count << 2);
  memory.fill(out, 0, count * point);
  for (let i = 0; i < count; i++) {
    store<u32>(lefts + (i << 2), <u32>(out + i * point));
    store<u32>(rights + (i << 2), <u32>(points + i * point));
  }
  for (let bit = 253; bit >= 0; bit--) {
    addPairs<F>(lefts, lefts, lefts, count, products);
    if ((load<u8>(scalar + (bit >> 3)) >> (bit & 7)) & 1) addPairs<F>(lefts, rights, lefts, count, products);
  }
}
