import { fromHex } from "@freehold/sdk";
import { measureQuote, reportDataOf } from "@freehold/sdk/attestation";
import { WorkerError } from "../../errors.js";
import { debugMode, failed, mismatch } from "../absent.js";
import type { PrepareEvidence } from "../prepare.js";
import type { AttestationRequest, Evidence } from "../provider.js";

/** Asks the platform for a quote over 64 bytes of report data. */
export type GetQuote = (reportData: Uint8Array) => Promise<Uint8Array>;

/** Measures the own domain by a quote that commits to nothing. Throws `TEE_DEBUG` and `TEE_FAILED`. */
export async function measureDomain(kind: "tdx" | "dstack", getQuote: GetQuote): Promise<`0x${string}`> {
  const { measurementId, debug } = read(kind, await getQuote(new Uint8Array(64)));
  if (debug) throw debugMode(kind, "TDATTRIBUTES say debug");
  return measurementId;
}

/** Evidence of a domain whose measurement is known. */
export async function attestDomain(
  tee: { kind: "tdx" | "dstack"; measurementId: string; getQuote: GetQuote; prepare: PrepareEvidence },
  request: AttestationRequest,
): Promise<Evidence> {
  const { kind, getQuote, prepare } = tee;
  fromHex(request.hpkePublicKey, 32);
  const reportData = reportDataOf(request.binding, request.hpkePublicKey);
  const raw = await getQuote(reportData);
  const quote = read(kind, raw);
  if (Buffer.compare(quote.reportData, reportData) !== 0) throw mismatch(kind, "the report data that was asked for");
  if (quote.measurementId !== tee.measurementId) {
    throw new WorkerError(
      "MEASUREMENT_CHANGED",
      `--tee ${kind}: the domain is measured as ${quote.measurementId} now, and was ${tee.measurementId} at the start: something extended an RTMR; restart the worker`,
    );
  }
  return prepare(raw, { ...request, kind });
}

function read(kind: "tdx" | "dstack", raw: Uint8Array) {
  try {
    const quote = measureQuote(raw);
    if (quote.family === "IntelTdx") return quote;
  } catch (cause) {
    throw failed(kind, "what the platform answered is no quote", cause);
  }
  throw failed(kind, "the quote is of an SGX enclave, not of a TDX domain");
}
