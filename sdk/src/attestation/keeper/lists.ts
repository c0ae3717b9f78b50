import { type NitroCrl, parseNitroCrl } from "../nitro/crl.js";
import { malformed } from "./errors.js";

/** Reads a revocation list in DER: AWS and Intel write the same profile (RFC 5280, 5). Throws `COLLATERAL_MALFORMED`. */
export function readList(der: Uint8Array, name: string): NitroCrl {
  try {
    return parseNitroCrl(der);
  } catch (cause) {
    throw malformed(`${name}: what is served is no revocation list`, cause);
  }
}
