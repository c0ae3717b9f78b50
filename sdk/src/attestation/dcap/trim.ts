import { getBytes, keccak256 } from "ethers";
import { concatBytes } from "../../bytes.js";
import { QuoteError } from "./errors.js";
import { certificatesOfPem } from "./pem.js";
import { PEM_CHAIN, parseQuote, TRIMMED } from "./quote.js";

/** Certificate of the key that certified the attestation key: the first of a quote's chain. Throws `BAD_QUOTE`, `BAD_PEM`. */
export function pckOf(quote: Uint8Array): Uint8Array {
  const { certificationType, certification } = parseQuote(quote);
  if (certificationType !== PEM_CHAIN) {
    throw new QuoteError("BAD_QUOTE", `certification data of type ${certificationType} holds no chain`);
  }
  return certificatesOfPem(new TextDecoder().decode(certification))[0]!;
}

/**
 * The quote with its chain of certificates (3.6 KB of PEM) replaced by the first one's hash, and without what hardware left behind its end:
 * the same verdict for half of the gas. Nothing that is signed changes. A trimmed quote comes back as it is.
 */
export function trimQuote(quote: Uint8Array): Uint8Array {
  const parsed = parseQuote(quote);
  const { version, signed, signature, key, qeReport, qeSignature, authData, certificationType } = parsed;
  const id = certificationType === TRIMMED ? parsed.certification : getBytes(keccak256(pckOf(quote)));
  const report = concatBytes(qeReport, qeSignature, u16(authData.length), authData, u16(TRIMMED), u32(id.length), id);
  // From version 4 on the report is certification data itself, of type 6.
  const certification = version === 3 ? report : concatBytes(u16(6), u32(report.length), report);
  const data = concatBytes(signature, key, certification);
  return concatBytes(signed, u32(data.length), data);
}

function u16(value: number): Uint8Array {
  return Uint8Array.of(value & 0xff, value >>> 8);
}

function u32(value: number): Uint8Array {
  return concatBytes(u16(value & 0xffff), u16(value >>> 16));
}
