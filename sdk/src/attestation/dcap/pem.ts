import { fromBase64 } from "../../bytes.js";
import { QuoteError } from "./errors.js";

const BLOCK = /-----BEGIN CERTIFICATE-----([^-]*)-----END CERTIFICATE-----/g;

/** DER of all certificates of a PEM text (RFC 7468), in their order. Throws `BAD_PEM` when there is none, or one is not base64. */
export function certificatesOfPem(text: string): Uint8Array[] {
  const certificates = [...text.matchAll(BLOCK)].map(([, content = ""]) => {
    const der = fromBase64(content.replace(/\s+/g, ""));
    if (der === undefined || der.length === 0) throw new QuoteError("BAD_PEM", "a certificate is not base64");
    return der;
  });
  if (certificates.length === 0) throw new QuoteError("BAD_PEM", "no certificate in this text");
  return certificates;
}
