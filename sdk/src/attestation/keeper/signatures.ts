import { p256, p384 } from "@noble/curves/nist.js";
import { BitString, fromBER, Sequence } from "asn1js";
import { readCertificate, toBeSigned } from "../nitro/certificate.js";

/** Whether a certificate's key (on P-256 or P-384) made a signature with the curve's own hash. Half of all genuine ones have a high S. */
export function isSignedBy(
  message: Uint8Array,
  signature: Uint8Array,
  signer: Uint8Array,
  format: "compact" | "der" = "compact",
): boolean {
  try {
    const key = readCertificate(signer).subjectPublicKeyInfo.subjectPublicKey.valueBlock.valueHexView;
    return (key.length === 97 ? p384 : p256).verify(signature, message, key, { lowS: false, format });
  } catch {
    return false;
  }
}

/** Whether a certificate's key signed this certificate or revocation list in DER. */
export function isIssuedBy(der: Uint8Array, issuer: Uint8Array): boolean {
  const { result } = fromBER(der);
  const signature = result instanceof Sequence ? result.valueBlock.value[2] : undefined;
  if (!(signature instanceof BitString)) return false;
  try {
    return isSignedBy(toBeSigned(der), signature.valueBlock.valueHexView, issuer, "der");
  } catch {
    return false;
  }
}
