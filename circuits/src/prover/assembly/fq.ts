// Written by scripts/fields.ts: do not edit. Field of p = 21888242871839275222246405745257275088696311157297823662689037894645226208583.
// An element is nine limbs of 29 bits in Montgomery form (x * 2^261 mod p), not always below p: the products take factors
// below 12 p and give less than 2 p; sums grow; `reduce` brings anything below 169 p under 1.001 p.

/** 1. */
export const ONE: usize = memory.data<u32>([360500257, 337389400, 408039635, 21759001, 178483129, 490881230, 299191303, 86689704, 903222]);
/** Factor that leaves Montgomery's form. */
export const UNIT: usize = memory.data<u32>([1, 0, 0, 0, 0, 0, 0, 0, 0]);
/** Factor that turns an integer into Montgomery's form. */
export const SQUARE: usize = memory.data<u32>([94088208, 219480995, 25171640, 279645352, 40052281, 46143135, 379321683, 294034764, 2757030]);
/** Factor from Montgomery's form with 2^256. */
export const FROM256: usize = memory.data<u32>([322215073, 442336424, 171859116, 268585440, 314135016, 244503300, 348886451, 68918589, 360451]);
/** Factor into Montgomery's form with 2^256. */
export const TO256: usize = memory.data<u32>([93261213, 451550318, 297979764, 299258347, 342016167, 297253948, 482187706, 406012155, 920183]);
/** p - 2, in words. */
export const INVERSE: usize = memory.data<u32>([3632069957, 1008765974, 1752287885, 2541841041, 2172737629, 3092268470, 3778125865, 811880050]);
/** (p + 1) / 4, in words: the exponent of a square root where p = 3 mod 4. */
export const ROOT: usize = memory.data<u32>([3055501138, 1325933317, 1511813795, 1709202084, 2690668055, 1846808941, 3092015114, 202970012]);
/** p. */
export const MODULUS: usize = memory.data<u32>([410844487, 17064118, 477274959, 47522512, 361093496, 47923392, 10936641, 240920116, 3171406]);
const spare: usize = memory.data(36);
/** o = a b / 2^261 mod p. */
export function mul(o: usize, a: usize, b: usize): void {
  const b0 = <u64>load<u32>(b, 0);
  const b1 = <u64>load<u32>(b, 4);
  const b2 = <u64>load<u32>(b, 8);
  const b3 = <u64>load<u32>(b, 12);
  const b4 = <u64>load<u32>(b, 16);
  const b5 = <u64>load<u32>(b, 20);
  const b6 = <u64>load<u32>(b, 24);
  const b7 = <u64>load<u32>(b, 28);
  const b8 = <u64>load<u32>(b, 32);
  let t0: u64 = 0;
  let t1: u64 = 0;
  let t2: u64 = 0;
  let t3: u64 = 0;
  let t4: u64 = 0;
  let t5: u64 = 0;
  let t6: u64 = 0;
  let t7: u64 = 0;
  let t8: u64 = 0;
  let x: u64;
  let m: u64;
  x = <u64>load<u32>(a, 0);
  t0 += x * b0;
  m = ((t0 & 536870911) * 75916169) & 536870911;
  t0 = ((t0 + m * 410844487) >> 29) + t1 + x * b1 + m * 17064118;
  t1 = t2 + x * b2 + m * 477274959;
  t2 = t3 + x * b3 + m * 47522512;
  t3 = t4 + x * b4 + m * 361093496;
  t4 = t5 + x * b5 + m * 47923392;
  t5 = t6 + x * b6 + m * 10936641;
  t6 = t7 + x * b7 + m * 240920116;
  t7 = t8 + x * b8 + m * 3171406;
  t8 = 0;
  x = <u64>load<u32>(a, 4);
  t0 += x * b0;
  m = ((t0 & 536870911) * 75916169) & 536870911;
  t0 = ((t0 + m * 410844487) >> 29) + t1 + x * b1 + m * 17064118;
  t1 = t2 + x * b2 + m * 477274959;
  t2 = t3 + x * b3 + m * 47522512;
  t3 = t4 + x * b4 + m * 361093496;
  t4 = t5 + x * b5 + m * 47923392;
  t5 = t6 + x * b6 + m * 10936641;
  t6 = t7 + x * b7 + m * 240920116;
  t7 = t8 + x * b8 + m * 3171406;
  t8 = 0;
  x = <u64>load<u32>(a, 8);
  t0 += x * b0;
  m = ((t0 & 536870911) * 75916169) & 536870911;
  t0 = ((t0 + m * 410844487) >> 29) + t1 + x * b1 + m * 17064118;
  t1 = t2 + x * b2 + m * 477274959;
  t2 = t3 + x * b3 + m * 47522512;
  t3 = t4 + x * b4 + m * 361093496;
  t4 = t5 + x * b5 + m * 47923392;
  t5 = t6 + x * b6 + m * 10936641;
  t6 = t7 + x * b7 + m * 240920116;
  t7 = t8 + x * b8 + m * 3171406;
  t8 = 0;
  x = <u64>load<u32>(a, 12);
  t0 += x * b0;
  m = ((t0 & 536870911) * 75916169) & 536870911;
  t0 = ((t0 + m * 410844487) >> 29) + t1 + x * b1 + m * 17064118;
  t1 = t2 + x * b2 + m * 477274959;
  t2 = t3 + x * b3 + m * 47522512;
  t3 = t4 + x * b4 + m * 361093496;
  t4 = t5 + x * b5 + m * 47923392;
  t5 = t6 + x * b6 + m * 10936641;
  t6 = t7 + x * b7 + m * 240920116;
  t7 = t8 + x * b8 + m * 3171406;
  t8 = 0;
  x = <u64>load<u32>(a, 16);
  t0 += x * b0;
  m = ((t0 & 536870911) * 75916169) & 536870911;
  t0 = ((t0 + m * 410844487) >> 29) + t1 + x * b1 + m * 17064118;
  t1 = t2 + x * b2 + m * 477274959;
  t2 = t3 + x * b3 + m * 47522512;
  t3 = t4 + x * b4 + m * 361093496;
  t4 = t5 + x * b5 + m * 47923392;
  t5 = t6 + x * b6 + m * 10936641;
  t6 = t7 + x * b7 + m * 240920116;
  t7 = t8 + x * b8 + m * 3171406;
  t8 = 0;
  x = <u64>load<u32>(a, 20);
  t0 += x * b0;
  m = ((t0 & 536870911) * 75916169) & 536870911;
  t0 = ((t0 + m * 410844487) >> 29) + t1 + x * b1 + m * 17064118;
  t1 = t2 + x * b2 + m * 477274959;
  t2 = t3 + x * b3 + m * 47522512;
  t3 = t4 + x * b4 + m * 361093496;
  t4 = t5 + x * b5 + m * 47923392;
  t5 = t6 + x * b6 + m * 10936641;
  t6 = t7 + x * b7 + m * 240920116;
  t7 = t8 + x * b8 + m * 3171406;
  t8 = 0;
  x = <u64>load<u32>(a, 24);
  t0 += x * b0;
  m = ((t0 & 536870911) * 75916169) & 536870911;
  t0 = ((t0 + m * 410844487) >> 29) + t1 + x * b1 + m * 17064118;
  t1 = t2 + x * b2 + m * 477274959;
  t2 = t3 + x * b3 + m * 47522512;
  t3 = t4 + x * b4 + m * 361093496;
  t4 = t5 + x * b5 + m * 47923392;
  t5 = t6 + x * b6 + m * 10936641;
  t6 = t7 + x * b7 + m * 240920116;
  t7 = t8 + x * b8 + m * 3171406;
  t8 = 0;
  x = <u64>load<u32>(a, 28);
  t0 += x * b0;
  m = ((t0 & 536870911) * 75916169) & 536870911;
  t0 = ((t0 + m * 410844487) >> 29) + t1 + x * b1 + m * 17064118;
  t1 = t2 + x * b2 + m * 477274959;
  t2 = t3 + x * b3 + m * 47522512;
  t3 = t4 + x * b4 + m * 361093496;
  t4 = t5 + x * b5 + m * 47923392;
  t5 = t6 + x * b6 + m * 10936641;
  t6 = t7 + x * b7 + m * 240920116;
  t7 = t8 + x * b8 + m * 3171406;
  t8 = 0;
  x = <u64>load<u32>(a, 32);
  t0 += x * b0;
  m = ((t0 & 536870911) * 75916169) & 536870911;
  t0 = ((t0 + m * 410844487) >> 29) + t1 + x * b1 + m * 17064118;
  t1 = t2 + x * b2 + m * 477274959;
  t2 = t3 + x * b3 + m * 47522512;
  t3 = t4 + x * b4 + m * 361093496;
  t4 = t5 + x * b5 + m * 47923392;
  t5 = t6 + x * b6 + m * 10936641;
  t6 = t7 + x * b7 + m * 240920116;
  t7 = t8 + x * b8 + m * 3171406;
  t8 = 0;
  t1 += t0 >> 29;
  store<u32>(o, <u32>(t0 & 536870911), 0);
  t2 += t1 >> 29;
  store<u32>(o, <u32>(t1 & 536870911), 4);
  t3 += t2 >> 29;
  store<u32>(o, <u32>(t2 & 536870911), 8);
  t4 += t3 >> 29;
  store<u32>(o, <u32>(t3 & 536870911), 12);
  t5 += t4 >> 29;
  store<u32>(o, <u32>(t4 & 536870911), 16);
  t6 += t5 >> 29;
  store<u32>(o, <u32>(t5 & 536870911), 20);
  t7 += t6 >> 29;
  store<u32>(o, <u32>(t6 & 536870911), 24);
  t8 += t7 >> 29;
  store<u32>(o, <u32>(t7 & 536870911), 28);
  store<u32>(o, <u32>t8, 32);
}
/** o = a a / 2^261 mod p. */
export function sqr(o: usize, a: usize): void {
  const a0 = <u64>load<u32>(a, 0);
  const a1 = <u64>load<u32>(a, 4);
  const a2 = <u64>load<u32>(a, 8);
  const a3 = <u64>load<u32>(a, 12);
  const a4 = <u64>load<u32>(a, 16);
  const a5 = <u64>load<u32>(a, 20);
  const a6 = <u64>load<u32>(a, 24);
  const a7 = <u64>load<u32>(a, 28);
  const a8 = <u64>load<u32>(a, 32);
  let s0: u64 = a0 * a0;
  let s1: u64 = ((a0 * a1) << 1);
  let s2: u64 = ((a0 * a2) << 1) + a1 * a1;
  let s3: u64 = ((a0 * a3 + a1 * a2) << 1);
  let s4: u64 = ((a0 * a4 + a1 * a3) << 1) + a2 * a2;
  let s5: u64 = ((a0 * a5 + a1 * a4 + a2 * a3) << 1);
  let s6: u64 = ((a0 * a6 + a1 * a5 + a2 * a4) << 1) + a3 * a3;
  let s7: u64 = ((a0 * a7 + a1 * a6 + a2 * a5 + a3 * a4) << 1);
  let s8: u64 = ((a0 * a8 + a1 * a7 + a2 * a6 + a3 * a5) << 1) + a4 * a4;
  let s9: u64 = ((a1 * a8 + a2 * a7 + a3 * a6 + a4 * a5) << 1);
  let s10: u64 = ((a2 * a8 + a3 * a7 + a4 * a6) << 1) + a5 * a5;
  let s11: u64 = ((a3 * a8 + a4 * a7 + a5 * a6) << 1);
  let s12: u64 = ((a4 * a8 + a5 * a7) << 1) + a6 * a6;
  let s13: u64 = ((a5 * a8 + a6 * a7) << 1);
  let s14: u64 = ((a6 * a8) << 1) + a7 * a7;
  let s15: u64 = ((a7 * a8) << 1);
  let s16: u64 = a8 * a8;
  let m: u64;
  m = ((s0 & 536870911) * 75916169) & 536870911;
  s1 += ((s0 + m * 410844487) >> 29) + m * 17064118;
  s2 += m * 477274959;
  s3 += m * 47522512;
  s4 += m * 361093496;
  s5 += m * 47923392;
  s6 += m * 10936641;
  s7 += m * 240920116;
  s8 += m * 3171406;
  m = ((s1 & 536870911) * 75916169) & 536870911;
  s2 += ((s1 + m * 410844487) >> 29) + m * 17064118;
  s3 += m * 477274959;
  s4 += m * 47522512;
  s5 += m * 361093496;
  s6 += m * 47923392;
  s7 += m * 10936641;
  s8 += m * 240920116;
  s9 += m * 3171406;
  m = ((s2 & 536870911) * 75916169) & 536870911;
  s3 += ((s2 + m * 410844487) >> 29) + m * 17064118;
  s4 += m * 477274959;
  s5 += m * 47522512;
  s6 += m * 361093496;
  s7 += m * 47923392;
  s8 += m * 10936641;
  s9 += m * 240920116;
  s10 += m * 3171406;
  m = ((s3 & 536870911) * 75916169) & 536870911;
  s4 += ((s3 + m * 410844487) >> 29) + m * 17064118;
  s5 += m * 477274959;
  s6 += m * 47522512;
  s7 += m * 361093496;
  s8 += m * 47923392;
  s9 += m * 10936641;
  s10 += m * 240920116;
  s11 += m * 3171406;
  m = ((s4 & 536870911) * 75916169) & 536870911;
  s5 += ((s4 + m * 410844487) >> 29) + m * 17064118;
  s6 += m * 477274959;
  s7 += m * 47522512;
  s8 += m * 361093496;
  s9 += m * 47923392;
  s10 += m * 10936641;
  s11 += m * 240920116;
  s12 += m * 3171406;
  m = ((s5 & 536870911) * 75916169) & 536870911;
  s6 += ((s5 + m * 410844487) >> 29) + m * 17064118;
  s7 += m * 477274959;
  s8 += m * 47522512;
  s9 += m * 361093496;
  s10 += m * 47923392;
  s11 += m * 10936641;
  s12 += m * 240920116;
  s13 += m * 3171406;
  m = ((s6 & 536870911) * 75916169) & 536870911;
  s7 += ((s6 + m * 410844487) >> 29) + m * 17064118;
  s8 += m * 477274959;
  s9 += m * 47522512;
  s10 += m * 361093496;
  s11 += m * 47923392;
  s12 += m * 10936641;
  s13 += m * 240920116;
  s14 += m * 3171406;
  m = ((s7 & 536870911) * 75916169) & 536870911;
  s8 += ((s7 + m * 410844487) >> 29) + m * 17064118;
  s9 += m * 477274959;
  s10 += m * 47522512;
  s11 += m * 361093496;
  s12 += m * 47923392;
  s13 += m * 10936641;
  s14 += m * 240920116;
  s15 += m * 3171406;
  m = ((s8 & 536870911) * 75916169) & 536870911;
  s9 += ((s8 + m * 410844487) >> 29) + m * 17064118;
  s10 += m * 477274959;
  s11 += m * 47522512;
  s12 += m * 361093496;
  s13 += m * 47923392;
  s14 += m * 10936641;
  s15 += m * 240920116;
  s16 += m * 3171406;
  let t0: u64 = s9;
  let t1: u64 = s10;
  let t2: u64 = s11;
  let t3: u64 = s12;
  let t4: u64 = s13;
  let t5: u64 = s14;
  let t6: u64 = s15;
  let t7: u64 = s16;
  let t8: u64 = 0;
  t1 += t0 >> 29;
  store<u32>(o, <u32>(t0 & 536870911), 0);
  t2 += t1 >> 29;
  store<u32>(o, <u32>(t1 & 536870911), 4);
  t3 += t2 >> 29;
  store<u32>(o, <u32>(t2 & 536870911), 8);
  t4 += t3 >> 29;
  store<u32>(o, <u32>(t3 & 536870911), 12);
  t5 += t4 >> 29;
  store<u32>(o, <u32>(t4 & 536870911), 16);
  t6 += t5 >> 29;
  store<u32>(o, <u32>(t5 & 536870911), 20);
  t7 += t6 >> 29;
  store<u32>(o, <u32>(t6 & 536870911), 24);
  t8 += t7 >> 29;
  store<u32>(o, <u32>(t7 & 536870911), 28);
  store<u32>(o, <u32>t8, 32);
}
/** o = a + b. */
export function add(o: usize, a: usize, b: usize): void {
  let v: i32;
  v = <i32>load<u32>(a, 0) + <i32>load<u32>(b, 0);
  store<u32>(o, <u32>(v & 536870911), 0);
  v = <i32>load<u32>(a, 4) + <i32>load<u32>(b, 4) + (v >> 29);
  store<u32>(o, <u32>(v & 536870911), 4);
  v = <i32>load<u32>(a, 8) + <i32>load<u32>(b, 8) + (v >> 29);
  store<u32>(o, <u32>(v & 536870911), 8);
  v = <i32>load<u32>(a, 12) + <i32>load<u32>(b, 12) + (v >> 29);
  store<u32>(o, <u32>(v & 536870911), 12);
  v = <i32>load<u32>(a, 16) + <i32>load<u32>(b, 16) + (v >> 29);
  store<u32>(o, <u32>(v & 536870911), 16);
  v = <i32>load<u32>(a, 20) + <i32>load<u32>(b, 20) + (v >> 29);
  store<u32>(o, <u32>(v & 536870911), 20);
  v = <i32>load<u32>(a, 24) + <i32>load<u32>(b, 24) + (v >> 29);
  store<u32>(o, <u32>(v & 536870911), 24);
  v = <i32>load<u32>(a, 28) + <i32>load<u32>(b, 28) + (v >> 29);
  store<u32>(o, <u32>(v & 536870911), 28);
  v = <i32>load<u32>(a, 32) + <i32>load<u32>(b, 32) + (v >> 29);
  store<u32>(o, <u32>(v), 32);
}
/** o = a - b + 4 p; b below 4 p. */
export function sub(o: usize, a: usize, b: usize): void {
  let v: i32;
  v = <i32>load<u32>(a, 0) - <i32>load<u32>(b, 0) + 32765212;
  store<u32>(o, <u32>(v & 536870911), 0);
  v = <i32>load<u32>(a, 4) - <i32>load<u32>(b, 4) + 68256475 + (v >> 29);
  store<u32>(o, <u32>(v & 536870911), 4);
  v = <i32>load<u32>(a, 8) - <i32>load<u32>(b, 8) + 298487100 + (v >> 29);
  store<u32>(o, <u32>(v & 536870911), 8);
  v = <i32>load<u32>(a, 12) - <i32>load<u32>(b, 12) + 190090051 + (v >> 29);
  store<u32>(o, <u32>(v & 536870911), 12);
  v = <i32>load<u32>(a, 16) - <i32>load<u32>(b, 16) + 370632160 + (v >> 29);
  store<u32>(o, <u32>(v & 536870911), 16);
  v = <i32>load<u32>(a, 20) - <i32>load<u32>(b, 20) + 191693570 + (v >> 29);
  store<u32>(o, <u32>(v & 536870911), 20);
  v = <i32>load<u32>(a, 24) - <i32>load<u32>(b, 24) + 43746564 + (v >> 29);
  store<u32>(o, <u32>(v & 536870911), 24);
  v = <i32>load<u32>(a, 28) - <i32>load<u32>(b, 28) + 426809552 + (v >> 29);
  store<u32>(o, <u32>(v & 536870911), 28);
  v = <i32>load<u32>(a, 32) - <i32>load<u32>(b, 32) + 12685625 + (v >> 29);
  store<u32>(o, <u32>(v), 32);
}
/** Subtracts p about as often as it goes. */
export function reduce(o: usize): void {
  const q = <i64>(load<u32>(o, 32) / 3171407);
  let v: i64;
  v = <i64>load<u32>(o, 0) - q * 410844487;
  store<u32>(o, <u32>(v & 536870911), 0);
  v = <i64>load<u32>(o, 4) - q * 17064118 + (v >> 29);
  store<u32>(o, <u32>(v & 536870911), 4);
  v = <i64>load<u32>(o, 8) - q * 477274959 + (v >> 29);
  store<u32>(o, <u32>(v & 536870911), 8);
  v = <i64>load<u32>(o, 12) - q * 47522512 + (v >> 29);
  store<u32>(o, <u32>(v & 536870911), 12);
  v = <i64>load<u32>(o, 16) - q * 361093496 + (v >> 29);
  store<u32>(o, <u32>(v & 536870911), 16);
  v = <i64>load<u32>(o, 20) - q * 47923392 + (v >> 29);
  store<u32>(o, <u32>(v & 536870911), 20);
  v = <i64>load<u32>(o, 24) - q * 10936641 + (v >> 29);
  store<u32>(o, <u32>(v & 536870911), 24);
  v = <i64>load<u32>(o, 28) - q * 240920116 + (v >> 29);
  store<u32>(o, <u32>(v & 536870911), 28);
  v = <i64>load<u32>(o, 32) - q * 3171406 + (v >> 29);
  store<u32>(o, <u32>(v), 32);
}
/** Whether a is a multiple of p. */
export function isZero(a: usize): bool {
  // a = k p needs a's lowest limb to be k times p's: almost always the answer.
  if (((load<u32>(a) * 460954743) & 536870911) > 170) return false;
  memory.copy(spare, a, 36);
  canonical(spare);
  return allZero(spare);
}
/** Whether all limbs are 0. */
export function allZero(a: usize): bool {
  return (load<u32>(a, 0) | load<u32>(a, 4) | load<u32>(a, 8) | load<u32>(a, 12) | load<u32>(a, 16) | load<u32>(a, 20) | load<u32>(a, 24) | load<u32>(a, 28) | load<u32>(a, 32)) == 0;
}
/** The representative below p. */
export function canonical(o: usize): void {
  reduce(o);
  if (atLeastModulus(o)) subModulus(o);
}
function atLeastModulus(a: usize): bool {
  for (let i: usize = 36; i != 0; i -= 4) {
    const limb = load<u32>(a + i - 4);
    const other = load<u32>(MODULUS + i - 4);
    if (limb != other) return limb > other;
  }
  return true;
}
function subModulus(o: usize): void {
  let v: i32 = 0;
  for (let i: usize = 0; i < 36; i += 4) {
    v = <i32>load<u32>(o + i) - <i32>load<u32>(MODULUS + i) + (v >> 29);
    store<u32>(o + i, <u32>(v & 536870911));
  }
}
/** o = a^e / (Montgomery's form kept), e eight words at `exponent`. Not constant in time: no secret is raised to a power. */
export function pow(o: usize, a: usize, exponent: usize): void {
  memory.copy(spare, a, 36);
  memory.copy(o, ONE, 36);
  for (let i = 255; i >= 0; i--) {
    sqr(o, o);
    if ((load<u32>(exponent + ((i >> 5) << 2)) >> (i & 31)) & 1) mul(o, o, spare);
  }
}
/** o = 1 / a, and 0 for 0. */
export function inv(o: usize, a: usize): void {
  pow(o, a, INVERSE);
}
/** From 32 bytes, little-endian, times `factor`: SQUARE for integers, FROM256 for Montgomery's form with 2^256. */
export function unpack(o: usize, a: usize, factor: usize): void {
  for (let i = 0; i < 9; i++) {
    const bit = 29 * i;
    const at = a + ((bit >> 5) << 2);
    let pair = <u64>load<u32>(at);
    if (bit < 224) pair |= <u64>load<u32>(at + 4) << 32;
    store<u32>(o + (i << 2), <u32>((pair >> (bit & 31)) & 536870911));
  }
  mul(o, o, factor);
}
/** To 32 bytes, little-endian, below p, times `factor`: UNIT for integers, TO256 for Montgomery's form with 2^256. */
export function pack(o: usize, a: usize, factor: usize): void {
  mul(spare, a, factor);
  canonical(spare);
  let bits: u64 = 0;
  let held = 0;
  for (let i = 0; i < 9; i++) {
    bits |= <u64>load<u32>(spare + (i << 2)) << held;
    held += 29;
    if (held >= 32) {
      store<u32>(o, <u32>bits);
      o += 4;
      bits >>= 32;
      held -= 32;
    }
  }
}
