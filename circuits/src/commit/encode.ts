import { KeyError } from "../groth16/key.js";
import type { G1Point } from "../groth16/points.js";
import { encodeProof, type Proof } from "../groth16/proof.js";
import { encodeVerifyingKey, type VerifyingKey } from "../groth16/verify.js";
import { encodePoints } from "../groth16/words.js";
import { concat } from "../prover/engine.js";
import type { LinkVerifyingKey } from "./link.js";

/**
 * A key of tier 2 as CommitGroth16Factory deploys it: the Groth16 key, then k0 and k1, as in EIP-197. Chains pin its keccak256.
 * @throws KeyError when the circuit commits to nothing, or the link has another number of anchors than one
 */
export function encodeCommitKey(key: VerifyingKey, link: LinkVerifyingKey): Uint8Array<ArrayBuffer> {
  if (key.committed === 0 || link.k.length !== 2 || link.segments[0] !== key.committed) {
    throw new KeyError(`a link of ${link.segments.join(" + ")} wires for a circuit that commits to ${key.committed}`);
  }
  return concat([encodeVerifyingKey(key), encodePoints(link.k)]);
}

/** A sum of committed wires and its link (`proveLink`) as VersionProofs.link takes them: 128 bytes. */
export function encodeLink(sum: G1Point, link: G1Point): Uint8Array<ArrayBuffer> {
  return encodePoints([sum, link]);
}

/** A proof with its own sum and link, as a registration of tier 2 takes it: 384 bytes. */
export function encodeLinkedProof(proof: Proof, sum: G1Point, link: G1Point): Uint8Array<ArrayBuffer> {
  return concat([encodeProof(proof), encodeLink(sum, link)]);
}

/** A proof against a sum that is linked on the chain, which its x names: 288 bytes. */
export function encodeSumProof(proof: Proof, [x]: G1Point): Uint8Array<ArrayBuffer> {
  return concat([encodeProof(proof), encodePoints([[x, 0n]]).subarray(0, 32)]);
}
