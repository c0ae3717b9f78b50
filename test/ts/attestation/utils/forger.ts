import type { P384Signature } from "../../../../sdk/dist/attestation/index.js";
import { B, invert, mod, N, negate, P, type Point } from "../../../../sdk/dist/attestation/p384/curve.js";
import { hintsFor, shorten } from "../../../../sdk/dist/attestation/p384/hints.js";
import { Steps } from "../../../../sdk/dist/attestation/p384/steps.js";
import { numberOf } from "./signatures.ts";

export const planOf = shorten;

type Slope = ConstructorParameters<typeof Steps>[0];

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
  const first = hintsFor({ x, y }, point, r, w, u1, u2, new Steps(slope, meets));
  if (first.isRight || !meets) return first.hints;
  return hintsFor({ x, y }, negate(point), r, w, u1, u2, new Steps(slope, meets)).hints;
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
