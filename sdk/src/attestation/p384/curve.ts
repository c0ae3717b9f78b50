import { p384 } from "@noble/curves/nist.js";
import { FreeholdError } from "../../errors/base.js";

/** Thrown when a signature is not valid, or numbers have the wrong length. */
export class P384Error extends FreeholdError {
  declare readonly code: "BAD_INPUT" | "INVALID_SIGNATURE" | "UNLUCKY";

  constructor(code: P384Error["code"], message: string) {
    super(code, message);
  }
}

/** The field, and the group's order (SEC 2, secp384r1). */
export const P = 2n ** 384n - 2n ** 128n - 2n ** 96n + 2n ** 32n - 1n;
export const N = 0xffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973n;
export const B = 0xb3312fa7e23ee7e4988e056be3f82d19181d9c6efe8141120314088f5013875ac656398d8a2ed19d2a85c8edd3ec2aefn;

/** An affine point; never infinity. */
export interface Point {
  readonly x: bigint;
  readonly y: bigint;
}

export const G: Point = {
  x: 0xaa87ca22be8b05378eb1c71ef320ad746e1d3b628ba79b9859f741e082542a385502f25dbf55296c3a545e3872760ab7n,
  y: 0x3617de4a96262c6f5d9e98bf9292dc29f8f41dbd289a147ce9da3113b5f0b8c00a60b1ce1d7e819d7a431d7c90ea0e5fn,
};

export const mod = (a: bigint, m: bigint): bigint => ((a % m) + m) % m;

/** 1 / a mod m, by Euclid. */
export function invert(a: bigint, m: bigint): bigint {
  let [r0, r1, t0, t1] = [m, mod(a, m), 0n, 1n];
  while (r1 !== 0n) {
    const q = r0 / r1;
    [r0, r1, t0, t1] = [r1, r0 - q * r1, t1, t0 - q * t1];
  }
  return mod(t0, m);
}

export const negate = ({ x, y }: Point): Point => ({ x, y: mod(-y, P) });

/** Slope of the line through two points with different x, or of the tangent of one. */
export function slopeOf(a: Point, b: Point): bigint {
  if (a.x !== b.x) return mod((b.y - a.y) * invert(b.x - a.x, P), P);
  if (a.y !== b.y) throw new P384Error("UNLUCKY", "two points add to infinity: use no hints for this signature");
  return mod((3n * a.x * a.x - 3n) * invert(2n * a.y, P), P);
}

/** Sum of two points by the slope between them. */
export function addBy(slope: bigint, a: Point, b: Point): Point {
  const x = mod(slope * slope - a.x - b.x, P);
  return { x, y: mod(slope * (a.x - x) - a.y, P) };
}

export const add = (a: Point, b: Point): Point => addBy(slopeOf(a, b), a, b);

/** k P for 0 < k < n. In no constant time: nothing here is secret. */
export function multiply(k: bigint, point: Point): Point {
  if (k === 0n) throw new P384Error("BAD_INPUT", "0 P is no affine point");
  return p384.Point.fromAffine(point).multiplyUnsafe(k).toAffine();
}

/** Bytes of a number, big-endian. */
export function bytesOf(value: bigint, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let i = length - 1, rest = value; i >= 0; i--, rest >>= 8n) bytes[i] = Number(rest & 0xffn);
  return bytes;
}

export function numberOf(bytes: Uint8Array): bigint {
  return bytes.reduce((value, byte) => (value << 8n) | BigInt(byte), 0n);
}

/** 48 bytes of a * 2^512 mod p: the form that the contracts compute with. */
export const montgomery = (a: bigint): Uint8Array => bytesOf(mod(a << 512n, P), 48);
