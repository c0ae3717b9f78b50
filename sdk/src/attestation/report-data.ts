import { concat, keccak256 } from "ethers";
import { concatBytes } from "../bytes.js";
import { fromHex, type Hex } from "../hex.js";

/**
 * suite_id of the requests' HPKE suite (RFC 9180, 5.1): "HPKE", DHKEM(X25519, HKDF-SHA256) 0x0020, HKDF-SHA256 0x0001,
 * ChaCha20-Poly1305 0x0003.
 */
export const HPKE_SUITE_ID: Hex = "0x48504b45002000010003";

/**
 * REPORTDATA of an Intel quote, 64 bytes: binding ‖ keccak256(HPKE suite id ‖ HPKE public key). The second half lets a client that has the
 * quote only see which key, of which suite, was attested; the binding covers it already.
 */
export function reportDataOf(binding: Hex, hpkePublicKey: Hex): Uint8Array<ArrayBuffer> {
  return concatBytes(fromHex(binding, 32), fromHex(keccak256(concat([HPKE_SUITE_ID, hpkePublicKey])), 32));
}
