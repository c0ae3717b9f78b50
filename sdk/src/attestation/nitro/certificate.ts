import { fromBER, Sequence } from "asn1js";
import { AbiCoder, keccak256 } from "ethers";
import { Certificate } from "pkijs";
import type { Hex } from "../../hex.js";
import { NitroError } from "./errors.js";

/** Id of the certificate above the root, for {@link certificateId}. */
export const NO_PARENT: Hex = `0x${"00".repeat(32)}`;

const COMMON_NAME = "2.5.4.3";

/** What is signed of a certificate or revocation list, with its header. Throws `BAD_CERTIFICATE`. */
export function toBeSigned(der: Uint8Array): Uint8Array {
  const { result, offset } = fromBER(der);
  const first = result instanceof Sequence ? result.valueBlock.value[0] : undefined;
  if (offset !== der.length || !(first instanceof Sequence)) {
    throw new NitroError("BAD_CERTIFICATE", "the bytes are no signed structure in DER");
  }
  return first.valueBeforeDecodeView;
}

/** Id of a certificate below another one in NitroCertStore; {@link NO_PARENT} stands above the root. */
export function certificateId(parentId: Hex, der: Uint8Array): Hex {
  const values = [parentId, keccak256(toBeSigned(der))];
  return keccak256(AbiCoder.defaultAbiCoder().encode(["bytes32", "bytes32"], values)) as Hex;
}

/** Ids of a whole chain, the root's first. */
export function chainIds(chain: readonly Uint8Array[]): Hex[] {
  const ids: Hex[] = [];
  for (const der of chain) ids.push(certificateId(ids.at(-1) ?? NO_PARENT, der));
  return ids;
}

/** Throws `BAD_CERTIFICATE`. */
export function readCertificate(der: Uint8Array): Certificate {
  try {
    return Certificate.fromBER(Uint8Array.from(der));
  } catch (error) {
    throw new NitroError("BAD_CERTIFICATE", `a certificate is unreadable: ${(error as Error).message}`, {}, error);
  }
}

/** x ‖ y of a certificate's P-384 key. Throws `BAD_CERTIFICATE`. */
export function publicKeyOf(certificate: Certificate): Uint8Array {
  const point = certificate.subjectPublicKeyInfo.subjectPublicKey.valueBlock.valueHexView;
  if (point.length !== 97 || point[0] !== 0x04) {
    throw new NitroError("BAD_CERTIFICATE", "the key of a certificate is no point on P-384");
  }
  return point.subarray(1);
}

/** r ‖ s of a signature in DER, 48 bytes each. Throws `BAD_CERTIFICATE`. */
export function rawSignature(der: Uint8Array): Uint8Array {
  const { result } = fromBER(der);
  const parts = result instanceof Sequence ? result.valueBlock.value : [];
  const raw = new Uint8Array(96);
  for (const [i, part] of parts.entries()) {
    const view = "valueHexView" in part.valueBlock ? (part.valueBlock.valueHexView as Uint8Array) : new Uint8Array();
    const digits = view[0] === 0 ? view.subarray(1) : view;
    if (i > 1 || digits.length > 48) throw new NitroError("BAD_CERTIFICATE", "a signature is none on P-384");
    raw.set(digits, 48 * (i + 1) - digits.length);
  }
  if (parts.length !== 2) throw new NitroError("BAD_CERTIFICATE", "a signature is no pair of numbers");
  return raw;
}

/** Common name of a certificate's subject; empty when it has none. */
export function commonNameOf({ subject }: Certificate): string {
  const found = subject.typesAndValues.find(({ type }) => type === COMMON_NAME)?.value.valueBlock.value;
  return typeof found === "string" ? found : "";
}
