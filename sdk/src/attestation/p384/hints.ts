import { concatBytes } from "../../bytes.js";
import {
  add,
  B,
  bytesOf,
  G,
  invert,
  mod,
  montgomery,
  multiply,
  N,
  negate,
  numberOf,
  P,
  P384Error,
  type Point,
} from "./curve.js";
import { encodeDigits, slopesOf, type Terms, type Walked } from "./steps.js";
import { doubled192, offsetPoint } from "./table.js";

/** A signature over a digest, and the key that made it: 48 bytes each, big-endian. */
export interface P384Signature {
  readonly digest: Uint8Array;
  readonly r: Uint8Array;
  readonly s: Uint8Array;
  readonly x: Uint8Array;
  readonly y: Uint8Array;
}

const HALF = 1n << 192n;

/** The 240 bytes that P384.verify takes. Throws `BAD_INPUT` when a part has another length: encode numbers with 48 bytes. */
export function p384Input(signature: P384Signature): Uint8Array {
  const { digest, r, s, x, y } = signature;
  for (const [name, part] of Object.entries({ digest, r, s, x, y })) {
    if (part.length !== 48) throw new P384Error("BAD_INPUT", `${name} has ${part.length} bytes instead of 48`);
  }
  return concatBytes(digest, r, s, x, y);
}

/**
 * Hints for P384.verify; see contracts/attestation/P384.sol for their form. About 15.5 KB, in some tens of milliseconds.
 * Throws `INVALID_SIGNATURE` when there is nothing to give hints for, `UNLUCKY` when two points of the sum meet (only keys made for
 * that do it): verify without hints then.
 */
export function p384Hints(signature: P384Signature): Uint8Array {
  p384Input(signature);
  const [h, r, s] = [signature.digest, signature.r, signature.s].map(numberOf) as [bigint, bigint, bigint];
  const key: Point = { x: numberOf(signature.x), y: numberOf(signature.y) };
  if (r === 0n || r >= N || s === 0n || s >= N || !isOnCurve(key)) throw invalid();

  const w = invert(s, N);
  const [u1, u2] = [mod(h * w, N), mod(r * w, N)];
  const sum = combine(u1, u2, key);
  if (mod(sum.x, N) !== r) throw invalid();
  const { hints, isRight } = hintsFor(key, sum, r, w, u1, u2);
  if (!isRight) throw invalid();
  return hints;
}

/**
 * Hints for the claim R = u1 G + u2 Q, whether it is true or not: every step is what it should be, and the end tells. Tests make hints for false
 * claims with it.
 * @param walked how slopes are found
 */
export function hintsFor(
  key: Point,
  claimed: Point,
  r: bigint,
  w: bigint,
  u1: bigint,
  u2: bigint,
  walked: (terms: Terms) => Walked = slopesOf,
): { hints: Uint8Array; isRight: boolean } {
  const { a, b, isNegative } = shorten(u2);
  const terms = { key: isNegative ? negate(key) : key, minusR: negate(claimed), a, b, c: mod(b * u1, N) };
  const { slopes, end } = walked(terms);
  const right = doubled192(offsetPoint());
  const flags = (isNegative ? 1 : 0) | (claimed.x === r ? 0 : 2);
  return {
    hints: encodeHints({ w, b, flags, y: claimed.y }, encodeDigits(a, b), slopes),
    isRight: end.x === right.x && end.y === right.y,
  };
}

/** What stands before digits and slopes: 1 / s, b, flags, and y of R. */
interface HintsHead {
  readonly w: bigint;
  readonly b: bigint;
  readonly flags: number;
  readonly y: bigint;
}

/** Hints in the form that contracts/attestation/P384.sol describes, right or not. */
function encodeHints({ w, b, flags, y }: HintsHead, digits: Uint8Array, slopes: readonly bigint[]): Uint8Array {
  const head = [bytesOf(w, 48), bytesOf(b, 24), Uint8Array.of(flags), bytesOf(y, 48)];
  return concatBytes(...head, digits, ...slopes.map(montgomery));
}

const invalid = () => new P384Error("INVALID_SIGNATURE", "the signature is not valid: there are no hints for it");

const isOnCurve = ({ x, y }: Point) => x < P && y < P && mod(y * y - x * x * x + 3n * x - B, P) === 0n;

/** u1 G + u2 Q. No signature has infinity there (FIPS 186-5, 6.4.2). */
function combine(u1: bigint, u2: bigint, key: Point): Point {
  const other = multiply(u2, key);
  if (u1 === 0n) return other;
  const one = multiply(u1, G);
  if (one.x === other.x && one.y !== other.y) throw invalid();
  return add(one, other);
}

/** b and a = +-b u2 mod n, both below 2^192 and b > 0: Euclid's algorithm, stopped halfway. */
export function shorten(u2: bigint): { a: bigint; b: bigint; isNegative: boolean } {
  let [r0, r1, t0, t1] = [N, u2, 0n, 1n];
  while (r1 >= HALF) {
    const q = r0 / r1;
    [r0, r1, t0, t1] = [r1, r0 - q * r1, t1, t0 - q * t1];
  }
  return t1 < 0n ? { a: r1, b: -t1, isNegative: true } : { a: r1, b: t1, isNegative: false };
}
