import { concatBytes } from "../../bytes.js";
import {
  add,
  addBy,
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
  slopeOf,
} from "./curve.js";
import { doubled192, offsetPoint, tablePoints } from "./table.js";

/** A signature over a digest, and the key that made it: 48 bytes each, big-endian. */
export interface P384Signature {
  readonly digest: Uint8Array;
  readonly r: Uint8Array;
  readonly s: Uint8Array;
  readonly x: Uint8Array;
  readonly y: Uint8Array;
}

const HALF = 1n << 192n;
/** Bits of a and b, and one for the carry of the digits. */
const DIGITS = 193;

/** The 240 bytes that P384.verify takes. Throws `BAD_INPUT` when a part has another length: encode numbers with 48 bytes. */
export function p384Input(signature: P384Signature): Uint8Array {
  const { digest, r, s, x, y } = signature;
  for (const [name, part] of Object.entries({ digest, r, s, x, y })) {
    if (part.length !== 48) throw new P384Error("BAD_INPUT", `${name} has ${part.length} bytes instead of 48`);
  }
  return concatBytes(digest, r, s, x, y);
}

/**
 * Hints for P384.verify; see contracts/attestation/P384.sol for their form. About 15.5 KB, in some milliseconds.
 * Throws `INVALID_SIGNATURE` when there is nothing to give hints for, `UNLUCKY` when two points of the sum meet (never seen): verify
 * without hints then.
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
 */
export function hintsFor(
  key: Point,
  claimed: Point,
  r: bigint,
  w: bigint,
  u1: bigint,
  u2: bigint,
): { hints: Uint8Array; isRight: boolean } {
  const { a, b, isNegative } = shorten(u2);
  const steps = new Steps();
  const end = steps.run(isNegative ? negate(key) : key, negate(claimed), a, b, mod(b * u1, N));
  const flags = (isNegative ? 1 : 0) | (claimed.x === r ? 0 : 2);
  const head = [bytesOf(w, 48), bytesOf(b, 24), Uint8Array.of(flags), bytesOf(claimed.y, 48), steps.digits];
  const right = doubled192(offsetPoint());
  return { hints: concatBytes(...head, ...steps.slopes), isRight: end.x === right.x && end.y === right.y };
}

const invalid = () => new P384Error("INVALID_SIGNATURE", "the signature is not valid: there are no hints for it");

const isOnCurve = ({ x, y }: Point) => x < P && y < P && mod(y * y - x * x * x + 3n * x - B, P) === 0n;

/** u1 G + u2 Q. Throws `INVALID_SIGNATURE` when that is infinity. */
function combine(u1: bigint, u2: bigint, key: Point): Point {
  const other = multiply(u2, key);
  if (u1 === 0n) return other;
  const first = multiply(u1, G);
  if (first.x === other.x && first.y !== other.y) throw invalid();
  return add(first, other);
}

/** b and a = +-b u2 mod n, both below 2^192 and b > 0: Euclid's algorithm, stopped halfway. */
function shorten(u2: bigint): { a: bigint; b: bigint; isNegative: boolean } {
  let [r0, r1, t0, t1] = [N, u2, 0n, 1n];
  while (r1 >= HALF) {
    const q = r0 / r1;
    [r0, r1, t0, t1] = [r1, r0 - q * r1, t1, t0 - q * t1];
  }
  return t1 < 0n ? { a: r1, b: -t1, isNegative: true } : { a: r1, b: t1, isNegative: false };
}

/** Odd signed digits of a number, lowest bit first, at most one in five that is not zero (width 5). */
function digitsOf(value: bigint): number[] {
  const digits: number[] = [];
  for (let rest = value; rest > 0n; rest >>= 1n) {
    let digit = 0;
    if (rest & 1n) {
      digit = Number(rest & 31n);
      if (digit > 16) digit -= 32;
      rest -= BigInt(digit);
    }
    digits.push(digit);
  }
  while (digits.length < DIGITS) digits.push(0);
  return digits;
}

/** The contract's additions and doublings, in its order, with the slope of each. */
class Steps {
  readonly slopes: Uint8Array[] = [];
  readonly digits = new Uint8Array(2 * DIGITS);

  /** Returns the sum. */
  run(key: Point, minusR: Point, a: bigint, b: bigint, c: bigint): Point {
    const tables = [this.#table(key), this.#table(minusR)];
    const digits = [digitsOf(a), digitsOf(b)];
    let sum = offsetPoint();
    for (let bit = DIGITS - 1; bit >= 0; bit--) {
      if (bit !== DIGITS - 1) sum = this.#add(sum, sum);
      for (const i of [0, 1]) {
        const digit = digits[i]![bit]!;
        if (digit === 0) continue;
        const index = (Math.abs(digit) - 1) / 2;
        this.digits[2 * (DIGITS - 1 - bit) + i] = 16 + (digit < 0 ? 8 : 0) + index;
        const multiple = tables[i]![index]!;
        sum = this.#add(sum, digit < 0 ? negate(multiple) : multiple);
      }
      if (bit % 4 !== 0 || bit >= 192) continue;
      const index = Number((c >> BigInt(bit)) & 15n) + 16 * Number((c >> BigInt(bit + 192)) & 15n);
      if (index !== 0) sum = this.#add(sum, tablePoints()[index - 1]!);
    }
    return sum;
  }

  #add(a: Point, b: Point): Point {
    const slope = slopeOf(a, b);
    this.slopes.push(montgomery(slope));
    return addBy(slope, a, b);
  }

  /** P, 3P, .. 15P. */
  #table(point: Point): readonly Point[] {
    const twice = this.#add(point, point);
    const table = [point];
    while (table.length < 8) table.push(this.#add(table.at(-1)!, twice));
    return table;
  }
}
