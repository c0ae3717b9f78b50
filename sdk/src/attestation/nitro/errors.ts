import { type ErrorDetails, FreeholdError } from "../../errors/base.js";

/** Thrown when a document, certificate or revocation list of AWS Nitro is malformed, or does not hold. */
export class NitroError extends FreeholdError {
  declare readonly code: "BAD_EVIDENCE" | "BAD_CERTIFICATE" | "BAD_REVOCATION_LIST" | "DEBUG_ENCLAVE" | "OUT_OF_DATE";

  constructor(code: NitroError["code"], message: string, details: ErrorDetails = {}, cause?: unknown) {
    super(code, message, { details, ...(HINTS[code] === undefined ? {} : { hint: HINTS[code] }), cause });
  }
}

const HINTS: Partial<Record<NitroError["code"], string>> = {
  DEBUG_ENCLAVE: "Start the enclave without --debug-mode: nitro-cli run-enclave.",
  OUT_OF_DATE: "Ask the enclave for a new document: its certificate lives for three hours.",
};
