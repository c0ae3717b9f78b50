// Short Weierstrass curves y^2 = x^3 + b. Affine points are x, y (all zero: infinity), coordinates below 2 p; sums are
// kept as XYZZ: x = X / ZZ, y = Y / ZZZ, ZZ^3 = ZZZ^2 (all zero ZZ: infinity). Formulas: EFD, g1p/auto-shortw-xyzz.
// Not constant in time: which points meet depends on scalars, so a prover runs where nobody measures it.
import { add, allZero, inv, isZero, mul, reduce, setOne, size, sqr, sub } from "./coordinate";

const t0: usize = memory.data(72);
const t1: usize = memory.data(72);
const t2: usize = memory.data(72);
const t3: usize = memory.data(72);
const t4: usize = memory.data(72);
const t5: usize = memory.data(72);
const t6: usize = memory.data(72);

export function isInfinity<F>(a: usize): bool {
  return allZero<F>(a + 2 * size<F>());
}

export function isAffineInfinity<F>(p: usize): bool {
  return allZero<F>(p) && allZero<F>(p + size<F>());
}

/** o = -a. */
export function negate<F>(o: usize, a: usize): void {
  memory.fill(t6, 0, size<F>());
  sub<F>(o, t6, a);
  reduce<F>(o);
}

/** a = 2 a. */
export function double<F>(a: usize): void {
  if (isInfinity<F>(a)) return;
  const y = a + size<F>();
  const zz = y + size<F>();
  const zzz = zz + size<F>();
  add<F>(t0, y, y); // U
  sqr<F>(t1, t0); // V
  mul<F>(t2, t0, t1); // W
  mul<F>(t3, a, t1); // S
  sqr<F>(t4, a);
  add<F>(t5, t4, t4);
  add<F>(t4, t4, t5);
  reduce<F>(t4); // M
  sqr<F>(t5, t4);
  add<F>(t0, t3, t3);
  sub<F>(a, t5, t0);
  reduce<F>(a);
  sub<F>(t3, t3, a);
  mul<F>(t3, t4, t3);
  mul<F>(t6, t2, y);
  sub<F>(y, t3, t6);
  reduce<F>(y);
  mul<F>(zz, zz, t1);
  mul<F>(zzz, zzz, t2);
}

/** a = a + p or a - p, p affine. */
export function addAffine<F>(a: usize, p: usize, negative: bool): void {
  if (isAffineInfinity<F>(p)) return;
  const y = a + size<F>();
  const zz = y + size<F>();
  const zzz = zz + size<F>();
  let py = p + size<F>();
  if (negative) {
    negate<F>(t5, py);
    py = t5;
  }
  if (isInfinity<F>(a)) {
    memory.copy(a, p, size<F>());
    memory.copy(y, py, size<F>());
    setOne<F>(zz);
    setOne<F>(zzz);
    return;
  }
  mul<F>(t0, p, zz);
  mul<F>(t1, py, zzz);
  sub<F>(t0, t0, a); // P
  sub<F>(t1, t1, y); // R
  if (isZero<F>(t0)) {
    if (isZero<F>(t1)) double<F>(a);
    else memory.fill(a, 0, 4 * size<F>());
    return;
  }
  finishSum<F>(a, y, zz, zzz);
}

/** a = a + b. */
export function addPoint<F>(a: usize, b: usize): void {
  if (isInfinity<F>(b)) return;
  if (isInfinity<F>(a)) {
    memory.copy(a, b, 4 * size<F>());
    return;
  }
  const y = a + size<F>();
  const zz = y + size<F>();
  const zzz = zz + size<F>();
  const by = b + size<F>();
  const bzz = by + size<F>();
  const bzzz = bzz + size<F>();
  mul<F>(t0, b, zz);
  mul<F>(t1, by, zzz);
  mul<F>(t2, a, bzz);
  mul<F>(t3, y, bzzz);
  sub<F>(t0, t0, t2);
  sub<F>(t1, t1, t3);
  if (isZero<F>(t0)) {
    if (isZero<F>(t1)) double<F>(a);
    else memory.fill(a, 0, 4 * size<F>());
    return;
  }
  memory.copy(a, t2, size<F>());
  memory.copy(y, t3, size<F>());
  mul<F>(zz, zz, bzz);
  mul<F>(zzz, zzz, bzzz);
  finishSum<F>(a, y, zz, zzz);
}

/** From P in t0, R in t1 and the first point's part of x and y in place. */
function finishSum<F>(x: usize, y: usize, zz: usize, zzz: usize): void {
  sqr<F>(t2, t0); // PP
  mul<F>(t3, t0, t2); // PPP
  mul<F>(t4, x, t2); // Q
  sqr<F>(t0, t1);
  sub<F>(t0, t0, t3);
  sub<F>(t0, t0, t4);
  sub<F>(x, t0, t4);
  reduce<F>(x);
  sub<F>(t4, t4, x);
  mul<F>(t4, t1, t4);
  mul<F>(t0, y, t3);
  sub<F>(y, t4, t0);
  reduce<F>(y);
  mul<F>(zz, zz, t2);
  mul<F>(zzz, zzz, t3);
}

/** o = a, affine. */
export function toAffine<F>(o: usize, a: usize): void {
  if (isInfinity<F>(a)) {
    memory.fill(o, 0, 2 * size<F>());
    return;
  }
  const zz = a + 2 * size<F>();
  const zzz = a + 3 * size<F>();
  inv<F>(t0, zzz);
  mul<F>(t1, t0, zz); // 1 / Z
  sqr<F>(t1, t1); // 1 / ZZ
  mul<F>(o, a, t1);
  mul<F>(o + size<F>(), a + size<F>(), t0);
}
