import { BASE_FIELD, toBytes } from "../field.js";
import { type G1Point, type G2Point, PointError } from "./points.js";

/** A Groth16 proof. Not a name of its statement: anybody can turn one proof of it into another (so never a nullifier). */
export interface Proof {
  readonly a: G1Point;
  readonly b: G2Point;
  readonly c: G1Point;
}

/** Bytes of a proof as contracts take it. */
export const PROOF_BYTES = 256;

/** Eight words, big-endian, in the order of EIP-197: a, b (imaginary parts first), c. */
export function encodeProof({ a, b, c }: Proof): Uint8Array<ArrayBuffer> {
  return encodePoints([a, b, c]);
}

/** Words of 32 bytes, big-endian, in the order of EIP-196 and EIP-197: imaginary parts first. */
export function encodePoints(points: readonly (G1Point | G2Point)[]): Uint8Array<ArrayBuffer> {
  const words = points.flatMap(([x, y]) =>
    typeof x === "bigint" || typeof y === "bigint" ? [x as bigint, y as bigint] : [x[1], x[0], y[1], y[0]],
  );
  // Big-endian words are the reverse of little-endian ones in reverse.
  return toBytes(words.reverse()).reverse();
}

/** @throws PointError when the length is wrong or a coordinate is not below p; the curve is checked by `verify` */
export function decodeProof(bytes: Uint8Array): Proof {
  if (bytes.length !== PROOF_BYTES) throw new PointError(`a proof has ${PROOF_BYTES} bytes, not ${bytes.length}`);
  const words = Array.from({ length: 8 }, (_, i) => {
    let value = 0n;
    for (const byte of bytes.subarray(32 * i, 32 * i + 32)) value = (value << 8n) | BigInt(byte);
    if (value >= BASE_FIELD) throw new PointError("a coordinate is not below p");
    return value;
  });
  const [ax = 0n, ay = 0n, bx1 = 0n, bx0 = 0n, by1 = 0n, by0 = 0n, cx = 0n, cy = 0n] = words;
  const b: G2Point = [
    [bx0, bx1],
    [by0, by1],
  ];
  return { a: [ax, ay], b, c: [cx, cy] };
}

/** The JSON that snarkjs reads. */
export function proofToJson({ a, b, c }: Proof): Record<string, unknown> {
  const text = (values: readonly bigint[]) => values.map(String);
  return {
    pi_a: [...text(a), "1"],
    pi_b: [text(b[0]), text(b[1]), ["1", "0"]],
    pi_c: [...text(c), "1"],
    protocol: "groth16",
    curve: "bn128",
  };
}
