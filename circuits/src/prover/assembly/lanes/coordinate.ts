// Fq (G1) and Fq2 = Fq[u] / (u^2 + 1) (G2), two elements at a time; an element of Fq2 is c0, c1. Bounds: fq.ts of this folder.
import { Fq, Fq2 } from "../coordinate";
import * as fq from "./fq";

export { Fq, Fq2 };

/** Bytes of a pair of elements of Fq. */
const N: usize = 80;

/** Bytes of a pair of elements of F; one that stands alone has half of it. */
export function size<F>(): usize {
  return isQuadratic<F>() ? 2 * N : N;
}

function isQuadratic<F>(): bool {
  return offsetof<F>() === 72;
}

const v0: usize = memory.data(80, 16);
const v1: usize = memory.data(80, 16);
const s0: usize = memory.data(80, 16);
const s1: usize = memory.data(80, 16);

/** o = a b; each of tidy parts or differences of such. Of Fq2 what comes out is tidy. */
export function mul<F>(o: usize, a: usize, b: usize): void {
  if (!isQuadratic<F>()) {
    fq.mul(o, a, b);
    return;
  }
  fq.add(s0, a, a + N);
  fq.carry(s0);
  fq.add(s1, b, b + N);
  fq.carry(s1);
  fq.mul(v0, a, b);
  fq.mul(v1, a + N, b + N);
  fq.mul(s0, s0, s1);
  fq.subTidy(o, v0, v1);
  fq.add(v0, v0, v1);
  fq.subTidy(o + N, s0, v0);
}

/** o = a a; a product, or tidy. */
export function sqr<F>(o: usize, a: usize): void {
  if (!isQuadratic<F>()) {
    fq.mul(o, a, a);
    return;
  }
  // (c0 + c1) (c0 - c1) + 2 c0 c1 u
  fq.add(s0, a, a + N);
  fq.sub(s1, a, a + N);
  fq.mul(v0, a, a + N);
  fq.mul(o, s0, s1);
  fq.tidy(o);
  fq.add(o + N, v0, v0);
  fq.tidy(o + N);
}

export function add<F>(o: usize, a: usize, b: usize): void {
  fq.add(o, a, b);
  if (isQuadratic<F>()) fq.add(o + N, a + N, b + N);
}

export function sub<F>(o: usize, a: usize, b: usize): void {
  fq.sub(o, a, b);
  if (isQuadratic<F>()) fq.sub(o + N, a + N, b + N);
}

/** o = a - b, tidy. */
export function subTidy<F>(o: usize, a: usize, b: usize): void {
  fq.subTidy(o, a, b);
  if (isQuadratic<F>()) fq.subTidy(o + N, a + N, b + N);
}

export function tidy<F>(o: usize): void {
  fq.tidy(o);
  if (isQuadratic<F>()) fq.tidy(o + N);
}

export function setOne<F>(o: usize): void {
  memory.copy(o, fq.ONE, N);
  if (isQuadratic<F>()) memory.fill(o + N, 0, N);
}

/** A pair of two elements that stand alone; signs: see fq.ts. */
export function join<F>(o: usize, a: usize, b: usize, signs: v128): void {
  fq.join(o, a, b, signs);
  if (isQuadratic<F>()) fq.join(o + N, a + N / 2, b + N / 2, signs);
}

export function part<F>(a: usize, b: usize, o: usize): void {
  fq.part(a, b, o);
  if (isQuadratic<F>()) fq.part(a + N / 2, b + N / 2, o + N);
}

export function copyLane<F>(o: usize, a: usize, lane: usize): void {
  fq.copyLane(o, a, lane);
  if (isQuadratic<F>()) fq.copyLane(o + N, a + N, lane);
}

export function swap<F>(o: usize, a: usize): void {
  fq.swap(o, a);
  if (isQuadratic<F>()) fq.swap(o + N, a + N);
}

export function isZero<F>(a: usize, lane: usize): bool {
  return fq.isZero(a, lane) && (!isQuadratic<F>() || fq.isZero(a + N, lane));
}

export function isAllZero<F>(a: usize): bool {
  return fq.isAllZero(a) && (!isQuadratic<F>() || fq.isAllZero(a + N / 2));
}

/** o = 1 / a, and 0 for 0; a tidy. */
export function inv<F>(o: usize, a: usize): void {
  if (!isQuadratic<F>()) {
    fq.inv(o, a);
    return;
  }
  // (c0 - c1 u) / (c0^2 + c1^2)
  fq.mul(v0, a, a);
  fq.mul(v1, a + N, a + N);
  fq.add(v0, v0, v1);
  fq.tidy(v0);
  fq.inv(v1, v0);
  fq.mul(o, a, v1);
  fq.mul(v0, a + N, v1);
  memory.fill(s0, 0, N);
  fq.subTidy(o + N, s0, v0);
  fq.tidy(o);
}
