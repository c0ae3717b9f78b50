import { AbiCoder, keccak256 } from "ethers";
import { CertificateRevocationList } from "pkijs";
import { type Hex, toHex } from "../../hex.js";
import { publicKeyOf, rawSignature, readCertificate, toBeSigned } from "./certificate.js";
import { NitroError } from "./errors.js";
import { signatureHints } from "./hints.js";

/** A revocation list as it was read; nothing is verified. */
export interface NitroCrl {
  readonly der: Uint8Array;
  /** Unix seconds. */
  readonly thisUpdate: number;
  readonly nextUpdate?: number;
  /** cRLNumber; 0 where there is none. */
  readonly number: bigint;
  readonly serials: readonly bigint[];
}

/** Arguments of NitroCertStore.submitCrl, in its order. */
export type CrlSubmission = readonly [der: Hex, authorityId: Hex, authorityDer: Hex, hints: Hex, maxEntries: bigint];

const CRL_NUMBER = "2.5.29.20";

/** Entries that one transaction records with ease: 25,000 gas each. */
export const CRL_CHUNK = 250n;

/** Reads a complete list of AWS in DER. Throws `BAD_REVOCATION_LIST`. */
export function parseNitroCrl(der: Uint8Array): NitroCrl {
  let crl: CertificateRevocationList;
  try {
    crl = CertificateRevocationList.fromBER(Uint8Array.from(der));
  } catch (error) {
    const message = `a revocation list is unreadable: ${(error as Error).message}`;
    throw new NitroError("BAD_REVOCATION_LIST", message, {}, error);
  }
  const extension = crl.crlExtensions?.extensions.find(({ extnID }) => extnID === CRL_NUMBER);
  const number = extension?.parsedValue?.valueBlock?.valueHexView as Uint8Array | undefined;
  return {
    der,
    thisUpdate: crl.thisUpdate.value.getTime() / 1000,
    ...(crl.nextUpdate === undefined ? {} : { nextUpdate: crl.nextUpdate.value.getTime() / 1000 }),
    number: number === undefined ? 0n : BigInt(toHex(number)),
    serials: (crl.revokedCertificates ?? []).map(({ userCertificate }) =>
      BigInt(toHex(userCertificate.valueBlock.valueHexView)),
    ),
  };
}

/** The call that submits a list to NitroCertStore; its entries beyond `maxEntries` are for continueCrl. */
export function crlSubmission(
  der: Uint8Array,
  authorityId: Hex,
  authorityDer: Uint8Array,
  maxEntries: bigint = CRL_CHUNK,
): CrlSubmission {
  const { signatureValue } = CertificateRevocationList.fromBER(Uint8Array.from(parseNitroCrl(der).der));
  const hints = signatureHints({
    message: toBeSigned(der),
    signature: rawSignature(signatureValue.valueBlock.valueHexView),
    publicKey: publicKeyOf(readCertificate(authorityDer)),
  });
  return [toHex(der), authorityId, toHex(authorityDer), toHex(hints), maxEntries];
}

/** Identity of an authority in NitroCertStore, under which its revocations are recorded: of its name and key. */
export function authorityOf(der: Uint8Array): Hex {
  const certificate = readCertificate(der);
  const subject = keccak256(new Uint8Array(certificate.subject.valueBeforeDecode));
  const key = keccak256(publicKeyOf(certificate));
  return keccak256(AbiCoder.defaultAbiCoder().encode(["bytes32", "bytes32"], [subject, key])) as Hex;
}
