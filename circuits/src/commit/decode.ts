import { decodeVerifyingKey } from "../groth16/decode-key.js";
import { checkCoordinates, type G1Point, PointError } from "../groth16/points.js";
import { decodeProof, PROOF_BYTES, type Proof } from "../groth16/proof.js";
import { type VerifyingKey, VerifyingKeyError } from "../groth16/verify.js";
import { G1_BYTES, G2_BYTES, g1At, g2At, wordAt } from "../groth16/words.js";
import { areSound, isDevelopmentLink, type LinkVerifyingKey } from "./link.js";

/** W and its link. */
const LINK_BYTES = 2 * G1_BYTES;
/** k0 and k1. */
const LINK_KEY_BYTES = 2 * G2_BYTES;

/**
 * The key that `encodeCommitKey` wrote, or that a verifier of tier 2 on a chain gives. Whether it is for development is seen from its alpha
 * and its k: one public secret of the link's is enough to link whatever the other's owner likes.
 * @param committed committed wires of the circuit; the bytes do not say it
 * @throws VerifyingKeyError when the length is wrong, the link had no set-up, or as `checkVerifyingKey`
 */
export function decodeCommitKey(bytes: Uint8Array, committed: number): { key: VerifyingKey; link: LinkVerifyingKey } {
  if (bytes.length <= LINK_KEY_BYTES)
    throw new VerifyingKeyError(`a key of tier 2 has more than ${bytes.length} bytes`);
  const end = bytes.length - LINK_KEY_BYTES;
  const key = decodeVerifyingKey(bytes.subarray(0, end), committed);
  const k = [g2At(bytes, end), g2At(bytes, end + G2_BYTES)];
  if (!areSound(k)) {
    throw new VerifyingKeyError(
      "the set-up of the link was skipped: k0 or k1 is infinity, outside of the group, the generator, or equal to the other",
    );
  }
  const link = { development: key.development, segments: [committed], k };
  const development = isDevelopmentLink(link);
  return { key: { ...key, development }, link: { ...link, development } };
}

/** What `encodeLink` wrote. @throws PointError when the length is wrong or a coordinate is not below p */
export function decodeLink(bytes: Uint8Array): { sum: G1Point; link: G1Point } {
  requireLength(bytes, LINK_BYTES, "a sum with its link");
  const [sum, link] = [g1At(bytes, 0), g1At(bytes, G1_BYTES)];
  checkCoordinates([...sum, ...link]);
  return { sum, link };
}

/** What `encodeLinkedProof` wrote. @throws as {@link decodeLink} */
export function decodeLinkedProof(bytes: Uint8Array): { proof: Proof; sum: G1Point; link: G1Point } {
  requireLength(bytes, PROOF_BYTES + LINK_BYTES, "a proof with its sum and link");
  return { proof: decodeProof(bytes.subarray(0, PROOF_BYTES)), ...decodeLink(bytes.subarray(PROOF_BYTES)) };
}

/** What `encodeSumProof` wrote: a proof, and x of the linked sum that it was made with. @throws as {@link decodeLink} */
export function decodeSumProof(bytes: Uint8Array): { proof: Proof; x: bigint } {
  requireLength(bytes, PROOF_BYTES + 32, "a proof against a linked sum");
  const x = wordAt(bytes, PROOF_BYTES);
  checkCoordinates([x]);
  return { proof: decodeProof(bytes.subarray(0, PROOF_BYTES)), x };
}

function requireLength({ length }: Uint8Array, expected: number, what: string): void {
  if (length !== expected) throw new PointError(`${what} has ${expected} bytes, not ${length}`);
}
