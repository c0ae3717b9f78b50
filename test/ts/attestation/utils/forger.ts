import type { P384Signature } from "../../../../sdk/dist/attestation/index.js";
import { B, G, invert, mod, multiply, N, negate, P, type Point } from "../../../../sdk/dist/attestation/p384/curve.js";
import { encodeHints, shorten } from "../../../../sdk/dist/attestation/p384/hints.js";
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
  const u1 = mod(h * w, N);
  const { a, b, isNegative } = shorten(mod(r * w, N));
  const key: Point = { x, y };
  let last: Uint8Array | undefined;
  // Both roots: of a right signature one ends where it should, and either will do for a wrong one.
  for (const minusR of [lift(r), negate(lift(r))]) {
    const steps = new Steps(slope, meets);
    steps.run({ key: isNegative ? negate(key) : key, minusR, a, b, c: mod(b * u1, N) });
    last = encodeHints({ w, b, flags: isNegative ? 1 : 0, y: negate(minusR).y }, steps);
    if (!meets || isRight(u1, mod(r * w, N), key, negate(minusR))) return last;
  }
  return last!;
}

function isRight(u1: bigint, u2: bigint, key: Point, point: Point): boolean {
  const [one, other] = [multiply(u1, G), multiply(u2, key)];
  const slope = mod((other.y - one.y) * invert(mod(other.x - one.x, P), P), P);
  return mod(slope * slope - one.x - other.x, P) === point.x && mod(slope * (one.x - point.x) - one.y, P) === point.y;
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
