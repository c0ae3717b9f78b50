import { asIs, type PrepareEvidence } from "../prepare.js";
import type { VolatileProvider } from "../provider.js";
import { attestDomain, measureDomain } from "./quote.js";
import { type TsmOptions, tsmQuote } from "./tsm.js";

/**
 * An Intel TDX domain by its kernel alone. TDX has no key to seal with: keys live in memory, for the process's life.
 * Throws `TEE_ABSENT`, `TEE_DEBUG` or `TEE_FAILED`.
 */
export async function tdxProvider(
  options: TsmOptions = {},
  prepare: PrepareEvidence = asIs,
): Promise<VolatileProvider> {
  const getQuote = (reportData: Uint8Array) => tsmQuote(reportData, options);
  const kind = "tdx";
  const measurementId = await measureDomain(kind, getQuote);
  return {
    kind,
    measurementId,
    seals: false,
    attest: (request) => attestDomain({ kind, measurementId, getQuote, prepare }, request),
  };
}
