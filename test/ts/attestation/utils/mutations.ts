import { randomBytes, randomInt } from "node:crypto";
import { P } from "../../../../sdk/dist/attestation/p384/curve.js";
import { bytes48, numberOf } from "./signatures.ts";

/** Places in the hints: 1 / s (48) b (24) flags (1) y of R (48) digits (2 x 193), then slopes. */
const [W, B, FLAGS, Y, DIGITS] = [0, 48, 72, 73, 121];
export const SLOPES = DIGITS + 2 * 193;
const PATCH = 96;

/** A change of hints, as P384Prober takes it. */
export interface Variant {
  readonly what: string;
  readonly at: number;
  readonly length: number;
  readonly patch: Uint8Array;
  readonly bytes: Buffer;
}

export function variant(what: string, length: number, at = 0, patch: Uint8Array = new Uint8Array()): Variant {
  const bytes = Buffer.alloc(5 + PATCH);
  bytes.writeUInt16BE(at, 0);
  bytes.writeUInt16BE(length, 2);
  bytes.writeUInt8(patch.length, 4);
  bytes.set(patch, 5);
  return { what, at, length, patch, bytes };
}

/** Whether a change leaves every number what it is, modulo p. */
export function harmless(hints: Uint8Array, { at, length, patch }: Variant): boolean {
  const changed = Uint8Array.from(hints);
  changed.set(patch, at);
  if (length !== hints.length) return false;
  if (Buffer.compare(changed.subarray(0, Y), hints.subarray(0, Y)) !== 0) return false;
  const digits = [changed, hints].map((bytes) => Buffer.from(bytes.subarray(DIGITS, SLOPES)).toString("hex"));
  if (digits[0] !== digits[1]) return false;
  const numbers = (bytes: Uint8Array) => {
    const all = [numberOf(bytes.subarray(Y, DIGITS)) % P];
    for (let i = SLOPES; i < bytes.length; i += 48) all.push(numberOf(bytes.subarray(i, i + 48)) % P);
    return all.join();
  };
  return numbers(changed) === numbers(hints);
}

/** Random changes of every kind. `others` are the hints of another signature. */
export function mutations(hints: Uint8Array, others: Uint8Array, count: number): Variant[] {
  const { length } = hints;
  const slopes = (length - SLOPES) / 48;
  const slopeAt = (i: number) => SLOPES + 48 * i;
  const read = (bytes: Uint8Array, at: number, size = 48) => bytes.slice(at, at + size);
  const flip = (at: number) => Uint8Array.of(hints[at]! ^ (1 << randomInt(8)));
  const kinds: (() => Variant)[] = [
    () => {
      const at = randomInt(length);
      return variant("bit", length, at, flip(at));
    },
    () => {
      const at = randomInt(SLOPES);
      return variant("bit before the slopes", length, at, flip(at));
    },
    () => variant("bytes", length, randomInt(length - 8), randomBytes(8)),
    () => {
      const at = slopeAt(randomInt(slopes - 1));
      return variant(
        "slopes swapped",
        length,
        at,
        Uint8Array.from(Buffer.concat([read(hints, at + 48), read(hints, at)])),
      );
    },
    () => {
      const values = [0n, 1n, P - 1n, P, P + 1n, (1n << 384n) - 1n].map(bytes48);
      return variant(
        "slope is extreme",
        length,
        slopeAt(randomInt(slopes)),
        Uint8Array.from(values[randomInt(values.length)]!),
      );
    },
    () => {
      const at = slopeAt(randomInt(slopes));
      return variant("slope negated", length, at, Uint8Array.from(bytes48(P - (numberOf(read(hints, at)) % P))));
    },
    () => {
      const at = slopeAt(randomInt(Math.min(slopes, Math.floor((others.length - SLOPES) / 48))));
      return variant("slope of another", length, at, read(others, at));
    },
    () => variant("shorter", randomInt(1, length)),
    () => variant("a slope less", length - 48),
    () => variant("head of another", length, W, read(others, W, B)),
    () => variant("b of another", length, B, read(others, B, 24)),
    () => variant("b is nothing", length, B, new Uint8Array(24)),
    () => variant("flags", length, FLAGS, Uint8Array.of(randomInt(256))),
    () => variant("y negated", length, Y, bytes48(P - (numberOf(read(hints, Y)) % P))),
    () => variant("y of another", length, Y, read(others, Y)),
    () => variant("digit", length, DIGITS + randomInt(386), Uint8Array.of(randomInt(40))),
    () => variant("digits of another", length, DIGITS, read(others, DIGITS, PATCH)),
    () => variant("digits are nothing", length, DIGITS + randomInt(280), new Uint8Array(PATCH)),
  ];
  return Array.from({ length: count }, (_, i) => kinds[i % kinds.length]!());
}
