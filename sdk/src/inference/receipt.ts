import type { Domain } from "../eip712/domains.js";
import { recoverReceipt } from "../eip712/structs.js";
import type { Receipt } from "../eip712/types.js";
import { FreeholdError } from "../errors/base.js";
import { type Hex, sameHex } from "../hex.js";
import { encodeReceipt } from "../wire/receipt.js";
import { InferenceError, type InferenceErrorCode } from "./errors.js";

/**
 * What the receipt of one request must say; its time, and its place among the others, are checked apart. Its commitments are what the
 * enclave says.
 */
export type ExpectedReceipt = Pick<
  Receipt,
  "node" | "channel" | "lineId" | "versionHash" | "requestHash" | "responseHash"
> & {
  /** Units, the most that it may cost. */
  maxPrice: bigint;
};

const FIELD_CODES = [
  ["node", "RECEIPT_WRONG_CHANNEL"],
  ["channel", "RECEIPT_WRONG_CHANNEL"],
  ["lineId", "VERSION_MISMATCH"],
  ["versionHash", "VERSION_MISMATCH"],
  ["requestHash", "RECEIPT_WRONG_REQUEST"],
  ["responseHash", "RECEIPT_WRONG_RESPONSE"],
] as const satisfies readonly (readonly [keyof ExpectedReceipt & keyof Receipt, InferenceErrorCode])[];

/** Checks who signed a receipt and every field that follows from its request. Throws `RECEIPT_…` or `VERSION_MISMATCH`. */
export function checkReceipt(
  domain: Domain,
  receipt: Receipt,
  signature: Hex,
  receiptKey: string,
  expected: ExpectedReceipt,
): void {
  const evidence = { receipt: encodeReceipt(receipt), signature };
  checkFields(FIELD_CODES, receipt, expected, receiptSigner(domain, receipt, signature), receiptKey, evidence);
  if (receipt.price > expected.maxPrice) {
    throw receiptRefused("RECEIPT_WRONG_AMOUNT", "price", `at most ${expected.maxPrice}`, receipt.price, evidence);
  }
}

/** What an enclave signed, in the form of the wire: it is kept in errors. */
export interface SignedEvidence {
  receipt: Readonly<Record<string, string>>;
  signature: Hex;
}

/** Checks the signer of a receipt of any kind, and its fields, each under the code of its name. */
export function checkFields<F extends string>(
  codes: readonly (readonly [F, InferenceErrorCode])[],
  receipt: Readonly<Record<F, string | bigint>>,
  expected: Readonly<Record<F, string | bigint>>,
  signer: string | undefined,
  receiptKey: string,
  evidence: SignedEvidence,
): void {
  if (signer === undefined || !sameHex(signer, receiptKey)) {
    throw receiptRefused("RECEIPT_BAD_SIGNATURE", "signer", receiptKey, signer);
  }
  for (const [field, code] of codes) {
    const [actual, wanted] = [receipt[field], expected[field]];
    if (actual.toString().toLowerCase() === wanted.toString().toLowerCase()) continue;
    throw receiptRefused(code, field, wanted, actual, evidence);
  }
}

/** Who signed a receipt; undefined when the signature is none. */
export function receiptSigner(domain: Domain, receipt: Receipt, signature: Hex): string | undefined {
  return signerOf(() => recoverReceipt(domain, receipt, signature));
}

/** The address that a signature recovers to; undefined when it is no signature. */
export function signerOf(recover: () => string): string | undefined {
  try {
    return recover();
  } catch (error) {
    if (error instanceof FreeholdError && error.code === "BAD_SIGNATURE") return undefined;
    throw error;
  }
}

/** A node's newest block may be this much older or newer than ours. */
const SKEW_SECONDS = 120n;

/**
 * Checks that work was done between two readings of the chain's time: `before`, and now, which is read only if that matters.
 * Throws `RECEIPT_WRONG_TIME`.
 */
export async function checkWorkedAt(workedAt: bigint, before: bigint, now: () => Promise<bigint>): Promise<void> {
  const isFresh = workedAt >= before - SKEW_SECONDS;
  if (isFresh && workedAt <= before + SKEW_SECONDS) return;
  const after = isFresh ? await now() : before;
  if (isFresh && workedAt <= after + SKEW_SECONDS) return;
  throw receiptRefused("RECEIPT_WRONG_TIME", "workedAt", `a time from ${before} to ${after}`, workedAt);
}

/** The error for a receipt; one that an enclave signed is kept in it, as evidence. */
export function receiptRefused(
  code: InferenceErrorCode,
  field: string,
  expected: unknown,
  actual: unknown,
  evidence?: SignedEvidence,
): InferenceError {
  return new InferenceError(
    code,
    `the receipt is refused: ${field} is ${String(actual)}, expected ${String(expected)}`,
    { details: { field, expected: String(expected), actual: String(actual), ...evidence } },
  );
}
