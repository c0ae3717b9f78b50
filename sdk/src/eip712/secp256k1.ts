import { secp256k1 } from "@noble/curves/secp256k1.js";
import { keccak_256 } from "@noble/hashes/sha3.js";
import { getAddress } from "ethers";
import { concatBytes } from "../bytes.js";
import { fromHex, type Hex, toHex } from "../hex.js";

/** ECDSA on secp256k1 over digests of 32 bytes. Every implementation gives the same bytes. */
export interface Curve {
  /** Deterministic (RFC 6979), low s: `r ‖ s` and the recovery id, 0 or 1. */
  sign(secretKey: Uint8Array, digest: Uint8Array): { compact: Uint8Array; recoveryId: number };
  /** The uncompressed public key, 65 bytes, behind `r ‖ s` with low s. Throws when there is none. */
  recover(digest: Uint8Array, compact: Uint8Array, recoveryId: number): Uint8Array;
}

/** In TypeScript, for every platform. */
const PLAIN: Curve = {
  sign(secretKey, digest) {
    const signed = secp256k1.sign(digest, secretKey, { prehash: false, format: "recovered" });
    return { compact: signed.subarray(1), recoveryId: signed[0] ?? 0 };
  },
  recover(digest, compact, recoveryId) {
    const recovered = concatBytes(new Uint8Array([recoveryId]), compact);
    return secp256k1.Signature.fromBytes(recovered, "recovered").recoverPublicKey(digest).toBytes(false);
  },
};

let curve = PLAIN;

/** Makes everything in this process sign and recover with another implementation; undefined: with the plain one. */
export function setCurve(next: Curve | undefined): void {
  curve = next ?? PLAIN;
}

/** Checksummed address of an uncompressed public key of 65 bytes. */
export function addressOf(publicKey: Uint8Array): Hex {
  return getAddress(toHex(keccak_256(publicKey.subarray(1)).subarray(12))) as Hex;
}

/** ECDSA over a digest of 32 bytes: 65 bytes `r ‖ s ‖ v`, v 27 or 28. */
export function signDigest(secretKey: Uint8Array, digest: Hex): Hex {
  const { compact, recoveryId } = curve.sign(secretKey, fromHex(digest, 32));
  return toHex(concatBytes(compact, new Uint8Array([27 + recoveryId])));
}

/** Checksummed address that signed; `signature` is 65 bytes with v 27 or 28 and low s. Throws when it recovers to nobody. */
export function recoverDigest(digest: Hex, signature: Hex): Hex {
  const bytes = fromHex(signature, 65);
  return addressOf(curve.recover(fromHex(digest, 32), bytes.subarray(0, 64), (bytes[64] ?? 0) - 27));
}
