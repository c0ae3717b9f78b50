import { FIELD } from "./r1cs.js";

/** Order of BN254's base field: coordinates of points. */
export const BASE_FIELD = 21888242871839275222246405745257275088696311157297823662689037894645226208583n;

/** The representative in [0, modulus). */
export function mod(value: bigint, modulus = FIELD): bigint {
  const rest = value % modulus;
  return rest < 0n ? rest + modulus : rest;
}

export function power(base: bigint, exponent: bigint, modulus = FIELD): bigint {
  let result = 1n;
  let square = mod(base, modulus);
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = (result * square) % modulus;
    square = (square * square) % modulus;
  }
  return result;
}

/** 1 / value; 0 for 0. */
export function inverse(value: bigint, modulus = FIELD): bigint {
  return power(value, modulus - 2n, modulus);
}

/** A root of unity of order 2^log: 5 generates the multiplicative group, whose order has 28 factors of 2. */
export function rootOfUnity(log: number): bigint {
  if (!Number.isInteger(log) || log < 0 || log > 28)
    throw new RangeError(`the field has no root of unity of order 2^${log}`);
  return power(5n, (FIELD - 1n) >> BigInt(log));
}

/** Little-endian bytes of numbers. */
export function toBytes(values: readonly bigint[], size = 32): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(values.length * size);
  const view = new DataView(out.buffer);
  for (const [i, value] of values.entries()) {
    let rest = value;
    for (let at = 0; at < size; at += 8, rest >>= 64n)
      view.setBigUint64(i * size + at, rest & 0xffffffffffffffffn, true);
  }
  return out;
}

/** Numbers from little-endian bytes. */
export function fromBytes(bytes: Uint8Array, size = 32): bigint[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: bytes.length / size }, (_, i) => {
    let value = 0n;
    for (let at = size - 8; at >= 0; at -= 8) value = (value << 64n) | view.getBigUint64(i * size + at, true);
    return value;
  });
}

/** A uniform element of Fr from the platform's generator: 48 bytes reduced, so that the bias is below 2^-128. */
export function randomScalar(): bigint {
  const bytes = crypto.getRandomValues(new Uint8Array(48));
  return (fromBytes(bytes, 48)[0] ?? 0n) % FIELD;
}
