// Sums of pairs of affine points as in ../pairs.ts, two pairs at a time. Almost all pairs are of different points: whether x is equal is not
// looked at until the product of all differences is zero, and then all is done again with a look at each.

import { Adder } from "../sums";
import {
  add,
  copyLane,
  Fq,
  Fq2,
  inv,
  isAllZero,
  isZero,
  join,
  mul,
  part,
  setOne,
  size,
  sqr,
  sub,
  subTidy,
  swap,
  tidy,
} from "./coordinate";

const ADD = 0;
const DOUBLE = 1;
const COPY_LEFT = 2;
const COPY_RIGHT = 3;
const CANCEL = 4;

/** What is known of all pairs: nothing that is likely, nothing at all, or that each is a point and itself. */
const LIKELY = 0;
const CAREFUL = 1;
const TWICE = 2;

const lx: usize = memory.data(160, 16);
const ly: usize = memory.data(160, 16);
const rx: usize = memory.data(160, 16);
const ry: usize = memory.data(160, 16);
const delta: usize = memory.data(160, 16);
const numerator: usize = memory.data(160, 16);
const inverse: usize = memory.data(160, 16);
const slope: usize = memory.data(160, 16);
const x: usize = memory.data(160, 16);
const y: usize = memory.data(160, 16);
const one: usize = memory.data(160, 16);

/** What the lanes of the pairs that are looked at ask for. */
let kind0 = ADD;
let kind1 = ADD;

function coordinate<F>(): usize {
  return size<F>() / 2;
}

/** Address of a reference's point. */
function pointOf(reference: u32): usize {
  return <usize>(reference & ~1);
}

function isInfinity<F>(reference: u32): bool {
  // No point of odd order has y = 0.
  return isAllZero<F>(pointOf(reference) + coordinate<F>());
}

/** Top bits of the lanes whose point is meant as its negative. */
function signsOf(a: u32, b: u32): v128 {
  return i64x2.replace_lane(i64x2.splat((<u64>(a & 1)) << 63), 1, (<u64>(b & 1)) << 63);
}

/** Loads two pairs: delta of their slopes, and the numerator if it is wanted. Where there is none, delta is 1. */
function look<F>(left0: u32, left1: u32, right0: u32, right1: u32, wanted: bool, mode: i32): void {
  const plain = i64x2.splat(0);
  join<F>(lx, pointOf(left0), pointOf(left1), plain);
  join<F>(rx, pointOf(right0), pointOf(right1), plain);
  if (wanted || mode !== LIKELY) {
    join<F>(ly, pointOf(left0) + coordinate<F>(), pointOf(left1) + coordinate<F>(), signsOf(left0, left1));
    join<F>(ry, pointOf(right0) + coordinate<F>(), pointOf(right1) + coordinate<F>(), signsOf(right0, right1));
  }
  if (mode === TWICE) {
    tangents<F>(wanted);
  } else {
    sub<F>(delta, rx, lx);
    sub<F>(numerator, ry, ly);
  }
  kind0 = kindOf<F>(left0, right0, 0, mode);
  kind1 = kindOf<F>(left1, right1, 1, mode);
}

/** Numerator and delta of the left points' tangents. */
function tangents<F>(wanted: bool): void {
  if (wanted) {
    sqr<F>(x, lx);
    add<F>(y, x, x);
    add<F>(numerator, y, x);
    tidy<F>(numerator);
  }
  add<F>(delta, ly, ly);
}

/** In a function of its own: it is called for each pair, and seldom has more to do than ask. */
function kindOf<F>(left: u32, right: u32, lane: usize, mode: i32): i32 {
  let kind = mode === TWICE ? DOUBLE : ADD;
  if (isInfinity<F>(right)) kind = COPY_LEFT;
  else if (isInfinity<F>(left)) kind = COPY_RIGHT;
  else if (mode === CAREFUL) kind = carefully<F>(lane);
  if (kind > DOUBLE) copyLane<F>(delta, one, lane);
  return kind;
}

/** Whether a lane's points are equal, or each other's negative; if equal, numerator and delta become the tangent's. */
function carefully<F>(lane: usize): i32 {
  subTidy<F>(x, rx, lx);
  if (!isZero<F>(x, lane)) return ADD;
  subTidy<F>(y, ry, ly);
  if (!isZero<F>(y, lane)) return CANCEL;
  sqr<F>(x, lx);
  add<F>(y, x, x);
  add<F>(y, y, x);
  tidy<F>(y);
  copyLane<F>(numerator, y, lane);
  add<F>(y, ly, ly);
  copyLane<F>(delta, y, lane);
  return DOUBLE;
}

/**
 * outs[i] = lefts[i] + rights[i] for `count` pairs of references: addresses of affine points, the lowest bit set for a point's negative. An
 * out may be its own pair's left point, and a point of an earlier pair. One list as both doubles its points. `products` has space for
 * (count + 1) / 2 + 1 pairs of coordinates.
 */
export function addPairs<F>(lefts: usize, rights: usize, outs: usize, count: i32, products: usize): void {
  if (count === 0) return;
  if (lefts === rights) sums<F>(lefts, rights, outs, count, products, TWICE);
  else if (!sums<F>(lefts, rights, outs, count, products, LIKELY)) {
    sums<F>(lefts, rights, outs, count, products, CAREFUL);
  }
}

/** The same as a value, which no generic function is. */
export function adderOf<F>(): Adder {
  return size<F>() === size<Fq>() ? addOnes : addTwos;
}

function addOnes(lefts: usize, rights: usize, outs: usize, count: i32, products: usize): void {
  addPairs<Fq>(lefts, rights, outs, count, products);
}

function addTwos(lefts: usize, rights: usize, outs: usize, count: i32, products: usize): void {
  addPairs<Fq2>(lefts, rights, outs, count, products);
}

/** @returns false, and nothing done, when a difference is zero: only if that was not looked for */
function sums<F>(lefts: usize, rights: usize, outs: usize, count: i32, products: usize, mode: i32): bool {
  setOne<F>(one);
  // The last lane of an odd number repeats its neighbour.
  const last = (<usize>(count - 1)) << 2;
  let top = products;
  setOne<F>(top);
  for (let i: i32 = (count - 1) & ~1; i >= 0; i -= 2) {
    const at = (<usize>i) << 2;
    const next = min(at + 4, last);
    const left0 = load<u32>(lefts + at);
    const right0 = load<u32>(rights + at);
    look<F>(left0, load<u32>(lefts + next), right0, load<u32>(rights + next), false, mode);
    mul<F>(top + size<F>(), top, delta);
    top += size<F>();
  }
  // One inversion for both lanes.
  swap<F>(x, top);
  mul<F>(y, top, x);
  tidy<F>(y);
  if (isZero<F>(y, 0)) return false;
  inv<F>(inverse, y);
  mul<F>(inverse, inverse, x);
  for (let i: i32 = 0; i < count; i += 2) {
    const at = (<usize>i) << 2;
    const next = min(at + 4, last);
    const left0 = load<u32>(lefts + at);
    const left1 = load<u32>(lefts + next);
    const right0 = load<u32>(rights + at);
    const right1 = load<u32>(rights + next);
    const out0 = <usize>load<u32>(outs + at);
    const out1 = <usize>load<u32>(outs + next);
    look<F>(left0, left1, right0, right1, true, mode);
    top -= size<F>();
    mul<F>(slope, inverse, top);
    mul<F>(inverse, inverse, delta);
    mul<F>(slope, slope, numerator);
    sqr<F>(x, slope);
    sub<F>(x, x, lx);
    subTidy<F>(x, x, rx);
    sub<F>(y, lx, x);
    mul<F>(y, slope, y);
    subTidy<F>(y, y, ly);
    if (kind0 > DOUBLE) replace<F>(kind0, 0);
    if (kind1 > DOUBLE) replace<F>(kind1, 1);
    part<F>(out0, out1, x);
    part<F>(out0 + coordinate<F>(), out1 + coordinate<F>(), y);
  }
  return true;
}

/** The sum of a lane whose points have no slope. */
function replace<F>(kind: i32, lane: usize): void {
  if (kind === CANCEL) {
    memory.fill(slope, 0, size<F>());
    copyLane<F>(x, slope, lane);
    copyLane<F>(y, slope, lane);
  } else {
    copyLane<F>(x, kind === COPY_LEFT ? lx : rx, lane);
    copyLane<F>(y, kind === COPY_LEFT ? ly : ry, lane);
  }
}
