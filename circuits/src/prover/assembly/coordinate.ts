// One interface over the fields that points have coordinates in, chosen when the generic code of the curves is compiled:
// Fq (G1) and Fq2 = Fq[u] / (u^2 + 1) (G2), an element c0 + c1 u in memory as c0, c1.
// Bounds as in fq.ts: `mul` and `sqr` take components below 6 p and give less than 2 p.
import * as fq from "./fq";

/** An element of Fq in memory. */
export class Fq {
  a: u64;
  b: u64;
  c: u64;
  d: u64;
  e: u32;
}

/** An element of Fq2 in memory. */
export class Fq2 {
  a: u64;
  b: u64;
  c: u64;
  d: u64;
  e: u64;
  f: u64;
  g: u64;
  h: u64;
  i: u64;
}

/** Bytes of Fq. */
const N: usize = 36;

/** Bytes of an element of F. */
export function size<F>(): usize {
  return isQuadratic<F>() ? 2 * N : N;
}

function isQuadratic<F>(): bool {
  return offsetof<F>() === 72;
}

const v0: usize = memory.data(36);
const v1: usize = memory.data(36);
const s0: usize = memory.data(36);
const s1: usize = memory.data(36);

export function mul<F>(o: usize, a: usize, b: usize): void {
  if (!isQuadratic<F>()) {
    fq.mul(o, a, b);
    return;
  }
  fq.add(s0, a, a + N);
  fq.add(s1, b, b + N);
  fq.mul(v0, a, b);
  fq.mul(v1, a + N, b + N);
  fq.mul(s0, s0, s1);
  fq.sub(o, v0, v1);
  fq.reduce(o);
  fq.add(v0, v0, v1);
  fq.sub(o + N, s0, v0);
  fq.reduce(o + N);
}

export function sqr<F>(o: usize, a: usize): void {
  if (!isQuadratic<F>()) {
    fq.sqr(o, a);
    return;
  }
  // (c0 + c1) (c0 - c1) + 2 c0 c1 u; c1 below 4 p for the difference.
  memory.copy(v1, a + N, N);
  fq.reduce(v1);
  fq.add(s0, a, v1);
  fq.sub(s1, a, v1);
  fq.mul(v0, a, v1);
  fq.mul(o, s0, s1);
  fq.add(o + N, v0, v0);
  fq.reduce(o + N);
}

export function add<F>(o: usize, a: usize, b: usize): void {
  fq.add(o, a, b);
  if (isQuadratic<F>()) fq.add(o + N, a + N, b + N);
}

/** o = a - b + 4 p; b below 4 p. */
export function sub<F>(o: usize, a: usize, b: usize): void {
  fq.sub(o, a, b);
  if (isQuadratic<F>()) fq.sub(o + N, a + N, b + N);
}

export function reduce<F>(o: usize): void {
  fq.reduce(o);
  if (isQuadratic<F>()) fq.reduce(o + N);
}

export function isZero<F>(a: usize): bool {
  if (!isQuadratic<F>()) return fq.isZero(a);
  return fq.isZero(a) && fq.isZero(a + N);
}

/** Whether all limbs are 0: the mark of the point at infinity. */
export function allZero<F>(a: usize): bool {
  if (!isQuadratic<F>()) return fq.allZero(a);
  return fq.allZero(a) && fq.allZero(a + N);
}

export function setOne<F>(o: usize): void {
  memory.copy(o, fq.ONE, N);
  if (isQuadratic<F>()) memory.fill(o + N, 0, N);
}

/** o = 1 / a. */
export function inv<F>(o: usize, a: usize): void {
  if (!isQuadratic<F>()) {
    fq.inv(o, a);
    return;
  }
  // (c0 - c1 u) / (c0^2 + c1^2)
  fq.sqr(v0, a);
  fq.sqr(v1, a + N);
  fq.add(v0, v0, v1);
  fq.inv(v1, v0);
  fq.mul(o, a, v1);
  fq.mul(v0, a + N, v1);
  memory.fill(s0, 0, N);
  fq.sub(o + N, s0, v0);
  fq.reduce(o + N);
}
