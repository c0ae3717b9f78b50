import { normalizeZ } from "@noble/curves/abstract/curve.js";
import { FpInvertBatch } from "@noble/curves/abstract/modular.js";
import type { WeierstrassPoint } from "@noble/curves/abstract/weierstrass.js";
import { p384 } from "@noble/curves/nist.js";
import { mod, P, P384Error, type Point } from "./curve.js";
import { offsetPoint, tablePoints } from "./table.js";

/** Bits of a and b, and one for the carry of the digits. */
const DIGITS = 193;

/** What is added up: c G + a key + b minusR, a and b below 2^192. */
export interface Terms {
  readonly key: Point;
  readonly minusR: Point;
  readonly a: bigint;
  readonly b: bigint;
  readonly c: bigint;
}

/** What {@link walk} needs of points, in whatever form they are. */
export interface Group<T> {
  readonly of: (point: Point) => T;
  readonly negate: (point: T) => T;
  /** The same object twice: a doubling. */
  readonly add: (a: T, b: T) => T;
}

/** Slopes of the additions and doublings in the contract's order, and where the sum ends. */
export interface Walked {
  readonly slopes: readonly bigint[];
  readonly end: Point;
}

/** The contract's additions and doublings, in its order. Ends at 2^192 T when the terms add up to nothing. */
export function walk<T>(group: Group<T>, { key, minusR, a, b, c }: Terms): T {
  const tables = [key, minusR].map((point) => oddMultiples(group, group.of(point)));
  const digits = [digitsOf(a), digitsOf(b)];
  let sum = group.of(offsetPoint());
  for (let bit = DIGITS - 1; bit >= 0; bit--) {
    if (bit !== DIGITS - 1) sum = group.add(sum, sum);
    for (const i of [0, 1]) {
      const digit = digits[i]![bit]!;
      if (digit === 0) continue;
      const multiple = tables[i]![(Math.abs(digit) - 1) / 2]!;
      sum = group.add(sum, digit < 0 ? group.negate(multiple) : multiple);
    }
    if (bit % 4 !== 0 || bit >= 192) continue;
    const index = Number((c >> BigInt(bit)) & 15n) + 16 * Number((c >> BigInt(bit + 192)) & 15n);
    if (index !== 0) sum = group.add(sum, group.of(tablePoints()[index - 1]!));
  }
  return sum;
}

/**
 * The slopes of a walk. Sums are projective, so that two inversions for all of them are enough.
 * Throws `UNLUCKY` when two points meet: the contract takes no tangent for an addition, because it could not tell one slope from another.
 */
export function slopesOf(terms: Terms): Walked {
  const operands: WeierstrassPoint<bigint>[] = [];
  const end = walk<WeierstrassPoint<bigint>>(
    {
      of: (point) => p384.Point.fromAffine(point),
      negate: (point) => point.negate(),
      add: (a, b) => {
        operands.push(a, b);
        return a === b ? a.double() : a.add(b);
      },
    },
    terms,
  );
  const affine = normalizeZ(p384.Point, operands).map((point) => point.toAffine());
  const rises: bigint[] = [];
  const runs: bigint[] = [];
  for (let i = 0; i < operands.length; i += 2) {
    const [a, b] = [affine[i]!, affine[i + 1]!];
    const isTangent = operands[i] === operands[i + 1];
    if (a.x === b.x && (!isTangent || a.y === 0n)) {
      throw new P384Error("UNLUCKY", "two points meet: use no hints for this signature");
    }
    rises.push(isTangent ? 3n * a.x * a.x - 3n : b.y - a.y);
    runs.push(mod(isTangent ? 2n * a.y : b.x - a.x, P));
  }
  const inverses = FpInvertBatch(p384.Point.Fp, runs, true);
  return { slopes: rises.map((rise, i) => mod(rise * inverses[i]!, P)), end: end.toAffine() };
}

/** Digits of a and b as the hints have them, from the highest bit to the lowest, of both in turn. */
export function encodeDigits(a: bigint, b: bigint): Uint8Array {
  const bytes = new Uint8Array(2 * DIGITS);
  for (const [i, digits] of [digitsOf(a), digitsOf(b)].entries()) {
    for (const [bit, digit] of digits.entries()) {
      if (digit !== 0) bytes[2 * (DIGITS - 1 - bit) + i] = 16 + (digit < 0 ? 8 : 0) + (Math.abs(digit) - 1) / 2;
    }
  }
  return bytes;
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

/** P, 3P, .. 15P. */
function oddMultiples<T>(group: Group<T>, point: T): readonly T[] {
  const twice = group.add(point, point);
  const table = [point];
  while (table.length < 8) table.push(group.add(table.at(-1)!, twice));
  return table;
}
