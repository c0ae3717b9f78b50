import type { P384Signature } from "../../../../sdk/dist/attestation/index.js";
import {
  addBy,
  B,
  invert,
  mod,
  N,
  negate,
  P,
  P384Error,
  type Point,
  slopeOf,
} from "../../../../sdk/dist/attestation/p384/curve.js";
import { hintsFor, shorten } from "../../../../sdk/dist/attestation/p384/hints.js";
import { type Terms, type Walked, walk } from "../../../../sdk/dist/attestation/p384/steps.js";
import { numberOf } from "./signatures.ts";

export const planOf = shorten;

/** Slope of a step. */
export type Slope = (a: Point, b: Point, step: number) => bigint;

/** A walk step by step, with slopes of one's choice: what comes after a wrong one follows from it. */
export const walkBy =
  (slope: Slope = slopeOf, meets = false) =>
  (terms: Terms): Walked => {
    const slopes: bigint[] = [];
    const add = (a: Point, b: Point) => {
      if (a !== b && a.x === b.x && !meets) throw new P384Error("UNLUCKY", "two points meet");
      const chosen = slope(a, b, slopes.length);
      slopes.push(chosen);
      return addBy(chosen, a, b);
    };
    const end = walk<Point>({ of: (point) => point, negate, add }, terms);
    return { slopes, end };
  };

/**
 * Hints for a signature, right or wrong, by the SDK's generator without its checks: R is whatever point has r for its x. Of a wrong
 * signature all that a contract checks holds then, but for the end of the sum.
 * @param slope another slope than the right one, for the steps in which it lies
 * @param meets whether points may meet in an addition
 */
export function forgeHints(signature: P384Signature, slope?: Slope, meets = false): Uint8Array {
  const [h, r, s, x, y] = [signature.digest, signature.r, signature.s, signature.x, signature.y].map(numberOf) as [
    bigint,
    bigint,
    bigint,
    bigint,
    bigint,
  ];
  const w = invert(s, N);
  const [u1, u2] = [mod(h * w, N), mod(r * w, N)];
  const point = lift(r);
  // Both roots: of a right signature one ends where it should, and either will do for a wrong one.
  const first = hintsFor({ x, y }, point, r, w, u1, u2, walkBy(slope, meets));
  if (first.isRight || !meets) return first.hints;
  return hintsFor({ x, y }, negate(point), r, w, u1, u2, walkBy(slope, meets)).hints;
}

/** A point with that x. */
function lift(x: bigint): Point {
  const square = mod(x * x * x - 3n * x + B, P);
  let y = 1n;
  let base = square;
  for (let rest = (P + 1n) / 4n; rest > 0n; rest >>= 1n) {
    if (rest & 1n) y = (y * base) % P;
    base = (base * base) % P;
  }
  if ((y * y) % P !== square) throw new Error("no point has that x");
  return { x, y };
}
