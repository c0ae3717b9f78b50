import { secp256k1 } from "@noble/curves/secp256k1.js";
import { keccak_256 } from "@noble/hashes/sha3.js";
import { getAddress } from "ethers";
import { concatBytes } from "../bytes.js";
import { fromHex, type Hex, toHex } from "../hex.js";

/** Checksummed address of an uncompressed public key of 65 bytes. */
export function addressOf(publicKey: Uint8Array): Hex {
  return getAddress(toHex(keccak_256(publicKey.subarray(1)).subarray(12))) as Hex;
}

/** ECDSA over a digest of 32 bytes: 65 bytes `r ‖ s ‖ v`, deterministic (RFC 6979), low s, v 27 or 28. */
export function signDigest(secretKey: Uint8Array, digest: Hex): Hex {
  const signed = secp256k1.sign(fromHex(digest, 32), secretKey, { prehash: false, format: "recovered" });
  return toHex(concatBytes(signed.subarray(1), new Uint8Array([27 + (signed[0] ?? 0)])));
}

/** Checksummed address that signed; `signature` is 65 bytes with v 27 or 28. Throws when it recovers to nobody. */
export function recoverDigest(digest: Hex, signature: Hex): Hex {
  const bytes = fromHex(signature, 65);
  const recovered = concatBytes(new Uint8Array([(bytes[64] ?? 0) - 27]), bytes.subarray(0, 64));
  const point = secp256k1.Signature.fromBytes(recovered, "recovered").recoverPublicKey(fromHex(digest, 32));
  return addressOf(point.toBytes(false));
}
