import { addBy, montgomery, negate, P384Error, type Point, slopeOf } from "./curve.js";
import { offsetPoint, tablePoints } from "./table.js";

/** Bits of a and b, and one for the carry of the digits. */
const DIGITS = 193;

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

/** What is added up: c G + a key + b minusR, a and b below 2^192. */
export interface Terms {
  readonly key: Point;
  readonly minusR: Point;
  readonly a: bigint;
  readonly b: bigint;
  readonly c: bigint;
}

/** The contract's additions and doublings, in its order, with the slope of each. */
export class Steps {
  readonly slopes: Uint8Array[] = [];
  digits: Uint8Array = new Uint8Array(2 * DIGITS);
  readonly #slopeOf: (a: Point, b: Point, step: number) => bigint;
  readonly #meets: boolean;

  /**
   * @param slope the slope of a step; another than the right one makes hints that a contract must refuse
   * @param meets whether an addition may meet its addend, which a contract refuses too
   */
  constructor(slope: (a: Point, b: Point, step: number) => bigint = slopeOf, meets = false) {
    this.#slopeOf = slope;
    this.#meets = meets;
  }

  /** Digits of a and b as the hints have them, from the highest bit to the lowest, of both in turn. */
  digitsOf(a: bigint, b: bigint): Uint8Array {
    const bytes = new Uint8Array(2 * DIGITS);
    for (const [i, digits] of [digitsOf(a), digitsOf(b)].entries()) {
      for (const [bit, digit] of digits.entries()) {
        if (digit !== 0) bytes[2 * (DIGITS - 1 - bit) + i] = 16 + (digit < 0 ? 8 : 0) + (Math.abs(digit) - 1) / 2;
      }
    }
    return bytes;
  }

  /** Where the sum ends: at 2^192 T when the terms add up to nothing. */
  run({ key, minusR, a, b, c }: Terms): Point {
    const tables = [this.#table(key), this.#table(minusR)];
    const digits = [digitsOf(a), digitsOf(b)];
    this.digits = this.digitsOf(a, b);
    let sum = offsetPoint();
    for (let bit = DIGITS - 1; bit >= 0; bit--) {
      if (bit !== DIGITS - 1) sum = this.#add(sum, sum);
      for (const i of [0, 1]) {
        const digit = digits[i]![bit]!;
        if (digit === 0) continue;
        const index = (Math.abs(digit) - 1) / 2;
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
    // The contract takes no tangent for an addition: it could not tell one slope from another.
    if (a !== b && a.x === b.x && !this.#meets)
      throw new P384Error("UNLUCKY", "two points meet: use no hints for this signature");
    const slope = this.#slopeOf(a, b, this.slopes.length);
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
