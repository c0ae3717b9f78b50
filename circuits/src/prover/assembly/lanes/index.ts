// What the fast core exports: multiplications of points, for machines with fused multiply-adds. It allocates nothing: callers place
// everything above `heap`, at multiples of 16.
import * as sums from "../sums";
import { Fq, Fq2, size } from "./coordinate";
import * as fq from "./fq";
import * as pippenger from "./msm";
import { adderOf } from "./pairs";

export { isFused } from "./fq";
export { windowsOf } from "./msm";

const pair: usize = memory.data(80, 16);

/** First byte that is free. */
export function heap(): usize {
  return __heap_base;
}

/** Coordinates of 32 bytes, little-endian, times 2^256 as in .zkey files, to elements that stand alone: an even number of them. */
export function fromBytes(out: usize, bytes: usize, count: i32): void {
  const plain = i64x2.splat(0);
  for (let i: usize = 0; i < <usize>count; i += 2) {
    const at = out + i * 40;
    fq.unpack(at, bytes + i * 32);
    fq.unpack(at + 40, bytes + i * 32 + 32);
    fq.join(pair, at, at + 40, plain);
    fq.mul(pair, pair, fq.FROM256);
    fq.tidy(pair);
    fq.part(at, at + 40, pair);
  }
}

export function toBytes(bytes: usize, a: usize, count: i32): void {
  const plain = i64x2.splat(0);
  for (let i: usize = 0; i < <usize>count; i += 2) {
    const at = a + i * 40;
    fq.join(pair, at, at + 40, plain);
    fq.mul(pair, pair, fq.TO256);
    fq.tidy(pair);
    fq.part(at, at + 40, pair);
    fq.pack(bytes + i * 32, at);
    fq.pack(bytes + i * 32 + 32, at + 40);
  }
}

/** o = a b, and its element alone: for tests. */
export function mul(o: usize, a: usize, b: usize): void {
  fq.mul(o, a, b);
}

export function scratch1(count: i32, c: i32): usize {
  return pippenger.scratchOf<Fq>(count, c);
}

export function scratch2(count: i32, c: i32): usize {
  return pippenger.scratchOf<Fq2>(count, c);
}

export function parts1(out: usize, points: usize, scalars: usize, count: i32, c: i32, scratch: usize): void {
  pippenger.parts<Fq>(out, points, scalars, count, c, scratch);
}

export function parts2(out: usize, points: usize, scalars: usize, count: i32, c: i32, scratch: usize): void {
  pippenger.parts<Fq2>(out, points, scalars, count, c, scratch);
}

export function fixedScratch1(count: i32): usize {
  return sums.fixedScratch(count, size<Fq>() / 2);
}

export function fixed1(out: usize, table: usize, c: i32, scalars: usize, count: i32, scratch: usize): void {
  sums.fixedBase(out, table, c, scalars, count, scratch, size<Fq>() / 2, adderOf<Fq>());
}

export function scale1(out: usize, points: usize, scalar: usize, count: i32, scratch: usize): void {
  sums.scale(out, points, scalar, count, scratch, size<Fq>() / 2, adderOf<Fq>());
}

export function columnsScratch1(terms: i32, groups: i32): usize {
  return sums.columnsScratch(terms, groups, size<Fq>() / 2);
}

export function columns1(out: usize, points: usize, scalars: usize, starts: usize, groups: i32, scratch: usize): void {
  sums.columns(out, points, scalars, starts, groups, scratch, size<Fq>() / 2, adderOf<Fq>());
}

export function fixedScratch2(count: i32): usize {
  return sums.fixedScratch(count, size<Fq2>() / 2);
}

export function fixed2(out: usize, table: usize, c: i32, scalars: usize, count: i32, scratch: usize): void {
  sums.fixedBase(out, table, c, scalars, count, scratch, size<Fq2>() / 2, adderOf<Fq2>());
}

export function scale2(out: usize, points: usize, scalar: usize, count: i32, scratch: usize): void {
  sums.scale(out, points, scalar, count, scratch, size<Fq2>() / 2, adderOf<Fq2>());
}

export function columnsScratch2(terms: i32, groups: i32): usize {
  return sums.columnsScratch(terms, groups, size<Fq2>() / 2);
}

export function columns2(out: usize, points: usize, scalars: usize, starts: usize, groups: i32, scratch: usize): void {
  sums.columns(out, points, scalars, starts, groups, scratch, size<Fq2>() / 2, adderOf<Fq2>());
}
