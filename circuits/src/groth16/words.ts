// Points as contracts have them: words of 32 bytes, big-endian, in the order of EIP-196 and EIP-197, imaginary parts first.
import { toBytes } from "../field.js";
import type { G1Point, G2Point } from "./points.js";

export const G1_BYTES = 64;
export const G2_BYTES = 128;

export function encodePoints(points: readonly (G1Point | G2Point)[]): Uint8Array<ArrayBuffer> {
  const words = points.flatMap(([x, y]) =>
    typeof x === "bigint" || typeof y === "bigint" ? [x as bigint, y as bigint] : [x[1], x[0], y[1], y[0]],
  );
  // Big-endian words are the reverse of little-endian ones in reverse.
  return toBytes(words.reverse()).reverse();
}

/** A word; it may be no coordinate. */
export function wordAt(bytes: Uint8Array, at: number): bigint {
  let value = 0n;
  for (const byte of bytes.subarray(at, at + 32)) value = (value << 8n) | BigInt(byte);
  return value;
}

/** Two words; they may be no point. */
export function g1At(bytes: Uint8Array, at: number): G1Point {
  return [wordAt(bytes, at), wordAt(bytes, at + 32)];
}

/** Four words; they may be no point. */
export function g2At(bytes: Uint8Array, at: number): G2Point {
  return [
    [wordAt(bytes, at + 32), wordAt(bytes, at)],
    [wordAt(bytes, at + 96), wordAt(bytes, at + 64)],
  ];
}
