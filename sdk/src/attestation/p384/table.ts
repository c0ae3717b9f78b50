import { concatBytes, utf8 } from "../../bytes.js";
import { add, B, G, mod, montgomery, multiply, numberOf, P, type Point } from "./curve.js";

/** A point that nobody knows the logarithm of: the first x from these bytes on for which there is a y, the even one. */
const SEED = "nothing up my sleeve: Freehold, offset of P-384 sums";

let offset: Point | undefined;

/** T: where sums begin, so that they never meet infinity. */
export function offsetPoint(): Point {
  offset ??= findOffset();
  return offset;
}

function findOffset(): Point {
  for (let x = numberOf(utf8(SEED)) % P; ; x++) {
    const square = mod(x * x * x - 3n * x + B, P);
    const y = power(square, (P + 1n) / 4n);
    if ((y * y) % P === square) return { x, y: y & 1n ? P - y : y };
  }
}

/** 2^192 T, and with it 2^192 G: what 192 doublings make of a point. */
export const doubled192 = (point: Point): Point => multiply(1n << 192n, point);

/** Code of the contract `TABLE` of P384: a STOP, then i G + j 2^192 G for 16 j + i from 1 to 255, 48 bytes a coordinate. */
export function p384Table(): Uint8Array {
  const parts: Uint8Array[] = [Uint8Array.of(0)];
  for (const { x, y } of tablePoints()) parts.push(montgomery(x), montgomery(y));
  return concatBytes(...parts);
}

let points: readonly Point[] | undefined;

/** i G + j 2^192 G at 16 j + i - 1. */
export function tablePoints(): readonly Point[] {
  points ??= buildPoints();
  return points;
}

function buildPoints(): readonly Point[] {
  const column = multiples(G);
  const row = multiples(doubled192(G));
  const all: Point[] = [];
  for (let index = 1; index < 256; index++) {
    const [low, high] = [column[(index & 15) - 1], row[(index >> 4) - 1]];
    all.push(low === undefined ? high! : high === undefined ? low : add(low, high));
  }
  return all;
}

function multiples(point: Point): readonly Point[] {
  const all = [point];
  while (all.length < 15) all.push(add(all.at(-1)!, point));
  return all;
}

function power(base: bigint, exponent: bigint): bigint {
  let [result, square] = [1n, base];
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = (result * square) % P;
    square = (square * square) % P;
  }
  return result;
}
