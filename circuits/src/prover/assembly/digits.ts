// Signed digits of scalars, and points in buckets by their digits: the same for every way to add points.

/** Words of a scalar with its digits' offset added: 2^c above 2^255 at most. */
export const WORDS = 9;

const offset: usize = memory.data(40);

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
 * Counting sort of one window by |digit|: bucket b's references (a point's address, its negative's with the lowest bit set) stand in
 * `sorted` from starts[b], lengths[b] of them, b from 1 to 2^(c-1).
 * @returns how many there are: points whose digit is 0 are in no bucket
 */
export function sortByDigit(
  digits: usize,
  count: i32,
  w: i32,
  c: i32,
  points: usize,
  point: usize,
  starts: usize,
  lengths: usize,
  sorted: usize,
): i32 {
  const buckets = 1 << (c - 1);
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
  if (start === 0) return 0;
  for (let i = 0; i < count; i++) {
    const d = digitOf(digits + i * (4 * WORDS), w, c);
    if (d === 0) continue;
    const at = abs(d) << 2;
    const place = load<u32>(starts + at) + load<u32>(lengths + at);
    store<u32>(sorted + (place << 2), <u32>(points + i * point) | (d < 0 ? 1 : 0));
    store<u32>(lengths + at, load<u32>(lengths + at) + 1);
  }
  return start;
}

/**
 * One level of summing buckets as trees: pairs up what each bucket has, sums to stand one after the other from `sums` on, and lets
 * `sorted` refer to them.
 * @returns how many pairs are to be added; 0: each bucket has one point or none
 */
export function pairUp(
  buckets: i32,
  starts: usize,
  lengths: usize,
  sorted: usize,
  sums: usize,
  point: usize,
  lefts: usize,
  rights: usize,
  outs: usize,
): i32 {
  let pairs = 0;
  for (let b = 1; b <= buckets; b++) {
    const length = <i32>load<u32>(lengths + (b << 2));
    if (length < 2) continue;
    const start = <i32>load<u32>(starts + (b << 2));
    const half = length >> 1;
    for (let i = 0; i < half; i++) {
      const from = sorted + ((start + 2 * i) << 2);
      const out = <u32>(sums + pairs * point);
      store<u32>(lefts + (pairs << 2), load<u32>(from));
      store<u32>(rights + (pairs << 2), load<u32>(from + 4));
      store<u32>(outs + (pairs << 2), out);
      store<u32>(sorted + ((start + i) << 2), out);
      pairs++;
    }
    if (length & 1) store<u32>(sorted + ((start + half) << 2), load<u32>(sorted + ((start + length - 1) << 2)));
    store<u32>(lengths + (b << 2), half + (length & 1));
  }
  return pairs;
}
