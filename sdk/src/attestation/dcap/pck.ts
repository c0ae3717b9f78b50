import { fromBER, ObjectIdentifier, OctetString, Sequence } from "asn1js";
import type { Certificate } from "pkijs";
import { type Hex, toHex } from "../../hex.js";
import { commonNameOf, readCertificate } from "../nitro/certificate.js";
import { QuoteError } from "./errors.js";
import { certificatesOfPem } from "./pem.js";
import { PEM_CHAIN, parseQuote } from "./quote.js";

/** What a raw quote says of the platform that it is from. */
export interface QuotePlatform {
  readonly isTdx: boolean;
  /** Platform family, 6 bytes. */
  readonly fmspc: Hex;
  /** DER of the certificate of the key that certified the attestation key. */
  readonly pck: Uint8Array;
  /** DER of the certificate of its issuer. */
  readonly issuer: Uint8Array;
  /** Which of Intel's CAs that is. */
  readonly ca: "platform" | "processor";
}

/** Intel's extension of PCK certificates, and in it the FMSPC (Intel SGX PCK Certificate and CRL Profile Specification, 1.3.5). */
const SGX_EXTENSION = "1.2.840.113741.1.13.1";
const FMSPC = `${SGX_EXTENSION}.4`;

/** The platform of a raw quote; verifies nothing. Throws `BAD_QUOTE`, for trimmed quotes too, and `BAD_PEM`. */
export function platformOfQuote(quote: Uint8Array): QuotePlatform {
  const { isTdx, certificationType, certification } = parseQuote(quote);
  if (certificationType !== PEM_CHAIN) throw bad(`certification data of type ${certificationType} holds no chain`);
  const [pck, issuer] = certificatesOfPem(new TextDecoder().decode(certification));
  if (pck === undefined || issuer === undefined) throw bad("its chain has no issuer");
  const name = commonNameOf(read(issuer));
  return { isTdx, fmspc: fmspcOf(read(pck)), pck, issuer, ca: /processor/i.test(name) ? "processor" : "platform" };
}

function fmspcOf({ extensions }: Certificate): Hex {
  const extension = extensions?.find(({ extnID }) => extnID === SGX_EXTENSION);
  const parts = extension === undefined ? [] : itemsOf(fromBER(extension.extnValue.valueBlock.valueHexView).result);
  for (const part of parts) {
    const [id, value] = itemsOf(part);
    if (!(id instanceof ObjectIdentifier) || id.valueBlock.toString() !== FMSPC) continue;
    if (value instanceof OctetString && value.valueBlock.valueHexView.length === 6) {
      return toHex(value.valueBlock.valueHexView);
    }
  }
  throw bad("its certificate names no FMSPC");
}

const itemsOf = (value: unknown) => (value instanceof Sequence ? value.valueBlock.value : []);

function read(der: Uint8Array): Certificate {
  try {
    return readCertificate(der);
  } catch (cause) {
    throw bad("a certificate of its chain is unreadable", cause);
  }
}

function bad(message: string, cause?: unknown): QuoteError {
  return new QuoteError("BAD_QUOTE", `no raw quote of Intel's: ${message}`, { cause });
}
