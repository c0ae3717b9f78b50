import type { Domain } from "../eip712/domains.js";
import { recoverReceipt } from "../eip712/structs.js";
import type { Receipt } from "../eip712/types.js";
import { FreeholdError } from "../errors/base.js";
import { type Hex, sameHex } from "../hex.js";
import { InferenceError, type InferenceErrorCode } from "./errors.js";

/** What the receipt of one request must say; the time is checked apart. */
export type ExpectedReceipt = Omit<Receipt, "workedAt">;

const FIELD_CODES = [
  ["node", "RECEIPT_WRONG_CHANNEL"],
  ["channel", "RECEIPT_WRONG_CHANNEL"],
  ["lineId", "VERSION_MISMATCH"],
  ["versionHash", "VERSION_MISMATCH"],
  ["requestHash", "RECEIPT_WRONG_REQUEST"],
  ["responseHash", "RECEIPT_WRONG_RESPONSE"],
  ["seq", "RECEIPT_WRONG_SEQ"],
  ["price", "RECEIPT_WRONG_AMOUNT"],
  ["cumulative", "RECEIPT_WRONG_AMOUNT"],
] as const satisfies readonly (readonly [keyof ExpectedReceipt, InferenceErrorCode])[];

/** Checks who signed a receipt and every field but its time. Throws `RECEIPT_…` or `VERSION_MISMATCH`. */
export function checkReceipt(
  domain: Domain,
  receipt: Receipt,
  signature: Hex,
  receiptKey: string,
  expected: ExpectedReceipt,
): void {
  const signer = receiptSigner(domain, receipt, signature);
  if (signer === undefined || !sameHex(signer, receiptKey)) {
    throw refused("RECEIPT_BAD_SIGNATURE", "signer", receiptKey, signer);
  }
  for (const [field, code] of FIELD_CODES) {
    const same = receipt[field].toString().toLowerCase() === expected[field].toString().toLowerCase();
    if (!same) throw refused(code, field, expected[field], receipt[field]);
  }
}

/** Who signed a receipt; undefined when the signature is none. */
export function receiptSigner(domain: Domain, receipt: Receipt, signature: Hex): string | undefined {
  try {
    return recoverReceipt(domain, receipt, signature);
  } catch (error) {
    if (error instanceof FreeholdError && error.code === "BAD_SIGNATURE") return undefined;
    throw error;
  }
}

/** A node's newest block may be this much older or newer than ours. */
const SKEW_SECONDS = 120n;

/** Checks that work was done between two readings of the chain's time. Throws `RECEIPT_WRONG_TIME`. */
export function checkWorkedAt(workedAt: bigint, before: bigint, after: bigint): void {
  if (workedAt >= before - SKEW_SECONDS && workedAt <= after + SKEW_SECONDS) return;
  throw refused("RECEIPT_WRONG_TIME", "workedAt", `a time from ${before} to ${after}`, workedAt);
}

function refused(code: InferenceErrorCode, field: string, expected: unknown, actual: unknown): InferenceError {
  return new InferenceError(
    code,
    `the receipt is refused: ${field} is ${String(actual)}, expected ${String(expected)}`,
    {
      details: { field, expected: String(expected), actual: String(actual) },
    },
  );
}
