import { checkCoordinates, type G1Point, type G2Point, PointError } from "./points.js";
import { encodePoints, g1At, g2At } from "./words.js";

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

/** @throws PointError when the length is wrong or a coordinate is not below p; the curve is checked by `verify` */
export function decodeProof(bytes: Uint8Array): Proof {
  if (bytes.length !== PROOF_BYTES) throw new PointError(`a proof has ${PROOF_BYTES} bytes, not ${bytes.length}`);
  const proof: Proof = { a: g1At(bytes, 0), b: g2At(bytes, 64), c: g1At(bytes, 192) };
  checkCoordinates([...proof.a, ...proof.b.flat(), ...proof.c]);
  return proof;
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
