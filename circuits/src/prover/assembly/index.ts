// What the core exports. It allocates nothing: callers place everything above `heap`. Layouts: fq.ts, fr.ts, curve.ts.
import { Fq, Fq2, size } from "./coordinate";
import * as curve from "./curve";
import * as fq from "./fq";
import * as fr from "./fr";
import * as pippenger from "./msm";
import { adderOf } from "./pairs";
import * as sums from "./sums";
import * as tables from "./table";

export {
  addMultiple,
  invertAll,
  multiply,
  multiplyAll,
  powers,
  quotientScalars,
  reverseBits,
  subtractFrom,
  timesTransposed,
  timesVector,
  transformDown,
  transformUp,
} from "./polynomial";

/** First byte that is free. */
export function heap(): usize {
  return __heap_base;
}

/** Integers of 32 bytes, little-endian, to elements of Fr. */
export function frFromBytes(out: usize, bytes: usize, count: i32): void {
  for (let i: usize = 0; i < <usize>count; i++) fr.unpack(out + i * 36, bytes + i * 32, fr.SQUARE);
}

export function frToBytes(bytes: usize, a: usize, count: i32): void {
  for (let i: usize = 0; i < <usize>count; i++) fr.pack(bytes + i * 32, a + i * 36, fr.UNIT);
}

/** Coordinates of 32 bytes, little-endian, to elements of Fq: integers, or (montgomery) times 2^256 as in .zkey files. */
export function fqFromBytes(out: usize, bytes: usize, count: i32, montgomery: bool): void {
  const factor = montgomery ? fq.FROM256 : fq.SQUARE;
  for (let i: usize = 0; i < <usize>count; i++) fq.unpack(out + i * 36, bytes + i * 32, factor);
}

export function fqToBytes(bytes: usize, a: usize, count: i32, montgomery: bool): void {
  const factor = montgomery ? fq.TO256 : fq.UNIT;
  for (let i: usize = 0; i < <usize>count; i++) fq.pack(bytes + i * 32, a + i * 36, factor);
}

/** out = a b in Fq, and in Fr: for tests. */
export function fqMul(out: usize, a: usize, b: usize): void {
  fq.mul(out, a, b);
}

export function fqSqr(out: usize, a: usize): void {
  fq.sqr(out, a);
}

export function frMul(out: usize, a: usize, b: usize): void {
  fr.mul(out, a, b);
}

export function frSqr(out: usize, a: usize): void {
  fr.sqr(out, a);
}

export function frInv(out: usize, a: usize): void {
  fr.inv(out, a);
}

/** out = a^((p + 1) / 4) in Fq: a square root of a, if it has one. */
export function fqRoot(out: usize, a: usize): void {
  fq.pow(out, a, fq.ROOT);
}

/** out[i] = integer of 32 bytes at indices[i] of the witness. */
export function gather(out: usize, witness: usize, indices: usize, count: i32): void {
  for (let i: usize = 0; i < <usize>count; i++) {
    memory.copy(out + (i << 5), witness + ((<usize>load<u32>(indices + (i << 2))) << 5), 32);
  }
}

export function msmScratch1(count: i32, c: i32): usize {
  return pippenger.scratchOf<Fq>(count, c);
}

export function msmScratch2(count: i32, c: i32): usize {
  return pippenger.scratchOf<Fq2>(count, c);
}

export function msm1(out: usize, points: usize, scalars: usize, count: i32, c: i32, scratch: usize): void {
  pippenger.msm<Fq>(out, points, scalars, count, c, scratch);
}

export function msm2(out: usize, points: usize, scalars: usize, count: i32, c: i32, scratch: usize): void {
  pippenger.msm<Fq2>(out, points, scalars, count, c, scratch);
}

export function weigh1(out: usize, points: usize, count: i32): void {
  pippenger.weigh<Fq>(out, points, count);
}

export function weigh2(out: usize, points: usize, count: i32): void {
  pippenger.weigh<Fq2>(out, points, count);
}

export function toAffine1(out: usize, a: usize): void {
  curve.toAffine<Fq>(out, a);
}

export function toAffine2(out: usize, a: usize): void {
  curve.toAffine<Fq2>(out, a);
}

export function tableBytes1(c: i32): usize {
  return tables.tableBytes<Fq>(c);
}

export function tableBytes2(c: i32): usize {
  return tables.tableBytes<Fq2>(c);
}

export function fixedScratch1(count: i32): usize {
  return sums.fixedScratch(max(count, 128), size<Fq>());
}

export function fixedScratch2(count: i32): usize {
  return sums.fixedScratch(max(count, 128), size<Fq2>());
}

export function table1(out: usize, base: usize, c: i32, scratch: usize): void {
  tables.table<Fq>(out, base, c, scratch);
}

export function table2(out: usize, base: usize, c: i32, scratch: usize): void {
  tables.table<Fq2>(out, base, c, scratch);
}

export function fixed1(out: usize, table: usize, c: i32, scalars: usize, count: i32, scratch: usize): void {
  sums.fixedBase(out, table, c, scalars, count, scratch, size<Fq>(), adderOf<Fq>());
}

export function fixed2(out: usize, table: usize, c: i32, scalars: usize, count: i32, scratch: usize): void {
  sums.fixedBase(out, table, c, scalars, count, scratch, size<Fq2>(), adderOf<Fq2>());
}

export function scale1(out: usize, points: usize, scalar: usize, count: i32, scratch: usize): void {
  sums.scale(out, points, scalar, count, scratch, size<Fq>(), adderOf<Fq>());
}

export function scale2(out: usize, points: usize, scalar: usize, count: i32, scratch: usize): void {
  sums.scale(out, points, scalar, count, scratch, size<Fq2>(), adderOf<Fq2>());
}

export function columnsScratch1(terms: i32, groups: i32): usize {
  return sums.columnsScratch(terms, groups, size<Fq>());
}

export function columnsScratch2(terms: i32, groups: i32): usize {
  return sums.columnsScratch(terms, groups, size<Fq2>());
}

export function columns1(out: usize, points: usize, scalars: usize, starts: usize, groups: i32, scratch: usize): void {
  sums.columns(out, points, scalars, starts, groups, scratch, size<Fq>(), adderOf<Fq>());
}

export function columns2(out: usize, points: usize, scalars: usize, starts: usize, groups: i32, scratch: usize): void {
  sums.columns(out, points, scalars, starts, groups, scratch, size<Fq2>(), adderOf<Fq2>());
}
