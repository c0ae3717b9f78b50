import { concatBytes } from "../../bytes.js";
import { type Hex, toHex } from "../../hex.js";
import { chainIds, publicKeyOf, rawSignature, readCertificate, toBeSigned } from "./certificate.js";
import type { NitroDocument } from "./document.js";
import { type SignedMessage, signatureHints } from "./hints.js";

/** What is read of NitroCertStore: any of its ethers contracts has it. */
export interface CertificateReader {
  /** `role` is 0 where nothing is cached. */
  certificateOf(id: Hex): Promise<{ readonly role: bigint }>;
}

/** One signature's hints with their length in four bytes in front, as Hints.sol takes them. */
function withLength(hints: Uint8Array): Uint8Array {
  const length = new Uint8Array(4);
  new DataView(length.buffer).setUint32(0, hints.length);
  return concatBytes(length, hints);
}

/** Which certificates of a chain the store has, the root's first. */
export async function cachedCertificates(chain: readonly Uint8Array[], store: CertificateReader): Promise<boolean[]> {
  return Promise.all(chainIds(chain).map(async (id) => (await store.certificateOf(id)).role !== 0n));
}

/**
 * `hints` of NitroCertStore.submitChain: of each certificate below the root, empty where the store has the certificate.
 * @param chain DER, the root first
 * @param cached of each certificate of the chain, see {@link cachedCertificates}
 */
export function chainHints(chain: readonly Uint8Array[], cached: readonly boolean[]): Uint8Array {
  return concatBytes(
    ...chain.slice(1).map((der, i) => withLength(cached[i + 1] ? new Uint8Array() : certificateHints(der, chain[i]!))),
  );
}

/** `hints` of NitroCertStore.submit. */
export function certificateHints(der: Uint8Array, authorityDer: Uint8Array): Uint8Array {
  return signatureHints(certificateSignature(der, authorityDer));
}

/** `aux` of NitroVerifier.verify for a document: hints of its signature, and of each certificate that the store has not yet. */
export async function nitroAux(document: NitroDocument, store: CertificateReader): Promise<Hex> {
  const cached = await cachedCertificates(document.chain, store);
  const publicKey = publicKeyOf(readCertificate(document.chain.at(-1)!));
  const hints = signatureHints({ message: document.toBeSigned, signature: document.signature, publicKey });
  return toHex(concatBytes(chainHints(document.chain, cached), withLength(hints)));
}

function certificateSignature(der: Uint8Array, authorityDer: Uint8Array): SignedMessage {
  const { signatureValue } = readCertificate(der);
  return {
    message: toBeSigned(der),
    signature: rawSignature(signatureValue.valueBlock.valueHexView),
    publicKey: publicKeyOf(readCertificate(authorityDer)),
  };
}
