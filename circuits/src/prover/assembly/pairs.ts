// Sums of many pairs of affine points with one inversion (Montgomery's trick): 5 products and a square a pair, against 10 of
// a mixed addition.
import { add, Fq, Fq2, inv, isZero, mul, reduce, setOne, size, sqr, sub } from "./coordinate";
import { isAffineInfinity, negate } from "./curve";
import { Adder } from "./sums";

const COPY_LEFT = 0;
const COPY_RIGHT = 1;
const ADD = 2;
const DOUBLE = 3;
const CANCEL = 4;

const inverse: usize = memory.data(72);
const slope: usize = memory.data(72);
const delta: usize = memory.data(72);
const leftY: usize = memory.data(72);
const rightY: usize = memory.data(72);
const x: usize = memory.data(72);
const y: usize = memory.data(72);

/** A reference to a point: its address, and in the lowest bit whether its negative is meant. */
function y0<F>(reference: u32, spare: usize): usize {
  const at = <usize>(reference & ~1) + size<F>();
  if (!(reference & 1)) return at;
  negate<F>(spare, at);
  return spare;
}

/** What a pair asks for; `delta` becomes the denominator of its slope, if it has one. */
function classify<F>(left: u32, right: u32): i32 {
  const l = <usize>(left & ~1);
  const r = <usize>(right & ~1);
  if (isAffineInfinity<F>(r)) return COPY_LEFT;
  if (isAffineInfinity<F>(l)) return COPY_RIGHT;
  sub<F>(delta, r, l);
  if (!isZero<F>(delta)) return ADD;
  sub<F>(delta, y0<F>(left, leftY), y0<F>(right, rightY));
  if (!isZero<F>(delta)) return CANCEL;
  add<F>(delta, y0<F>(left, leftY), y0<F>(left, leftY));
  return DOUBLE;
}

/**
 * outs[i] = lefts[i] + rights[i] for `count` pairs of references. An out may be its own pair's left
 * point, and no other pair's point. `products` has space for count + 1 coordinates.
 */
export function addPairs<F>(lefts: usize, rights: usize, outs: usize, count: i32, products: usize): void {
  let top = products;
  setOne<F>(top);
  for (let i = count - 1; i >= 0; i--) {
    const kind = classify<F>(load<u32>(lefts + (i << 2)), load<u32>(rights + (i << 2)));
    if (kind !== ADD && kind !== DOUBLE) continue;
    mul<F>(top + size<F>(), top, delta);
    top += size<F>();
  }
  inv<F>(inverse, top);
  for (let i = 0; i < count; i++) {
    const left = load<u32>(lefts + (i << 2));
    const right = load<u32>(rights + (i << 2));
    const out = <usize>load<u32>(outs + (i << 2));
    const kind = classify<F>(left, right);
    if (kind === CANCEL) {
      memory.fill(out, 0, 2 * size<F>());
    } else if (kind === COPY_LEFT) {
      copyPoint<F>(out, left);
    } else if (kind === COPY_RIGHT) {
      copyPoint<F>(out, right);
    } else {
      top -= size<F>();
      mul<F>(slope, inverse, top);
      mul<F>(inverse, inverse, delta);
      sumOf<F>(out, left, right, kind === DOUBLE);
    }
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

function copyPoint<F>(out: usize, reference: u32): void {
  const at = <usize>(reference & ~1);
  // Infinity's negative would be (0, p), which no longer looks like it.
  if (isAffineInfinity<F>(at)) {
    memory.fill(out, 0, 2 * size<F>());
    return;
  }
  memory.copy(y, y0<F>(reference, leftY), size<F>());
  memory.copy(out, at, size<F>());
  memory.copy(out + size<F>(), y, size<F>());
}

/** `slope` holds the inverse of the slope's denominator. */
function sumOf<F>(out: usize, left: u32, right: u32, doubles: bool): void {
  const l = <usize>(left & ~1);
  const r = <usize>(right & ~1);
  const ly = y0<F>(left, leftY);
  if (doubles) {
    sqr<F>(x, l);
    add<F>(y, x, x);
    add<F>(y, y, x);
    reduce<F>(y);
  } else {
    sub<F>(y, y0<F>(right, rightY), ly);
  }
  mul<F>(slope, slope, y);
  sqr<F>(x, slope);
  sub<F>(x, x, l);
  sub<F>(x, x, r);
  reduce<F>(x);
  sub<F>(y, l, x);
  mul<F>(y, slope, y);
  sub<F>(out + size<F>(), y, ly);
  reduce<F>(out + size<F>());
  memory.copy(out, x, size<F>());
}
