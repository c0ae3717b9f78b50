import { type Domain, escrowDomain } from "../eip712/domains.js";
import { type ExactReceipt, recoverExactReceipt } from "../eip712/exact-receipt.js";
import { FreeholdError } from "../errors/base.js";
import { type Hex, isHex } from "../hex.js";
import { InferenceError, type InferenceErrorCode } from "../inference/errors.js";
import type { Limits } from "../inference/http.js";
import { post, refusal } from "../inference/post.js";
import { checkFields, checkWorkedAt, signerOf } from "../inference/receipt.js";
import { requestHash, responseHash } from "../sealing/aad.js";
import { exactAad } from "../sealing/exact-aad.js";
import { sealRequest } from "../sealing/seal.js";
import { decodeExactResponse, type ExactResponse, encodeExactReceipt, encodeX402Request } from "../wire/exact.js";
import type { SignedOffer } from "../wire/offer.js";
import { decodeOutput, encodeInput } from "../wire/plaintext.js";
import { newIdempotencyKey } from "../wire/request.js";
import { PAYMENT_RESPONSE_HEADER, PAYMENT_SIGNATURE_HEADER, type PaymentPayload } from "./types.js";

/** One inference that a token transfer paid for, verified. */
export interface ExactResult<T> {
  output: T;
  /** What the enclave signed. */
  receipt: ExactReceipt;
  signature: Hex;
  /** The header PAYMENT-RESPONSE: what the node says of the transfer. */
  settlement: string;
}

/** The part of an EIP-3009 payment that a request is bound to. */
export interface ExactPayment {
  payer: Hex;
  paymentNonce: Hex;
  asset: Hex;
  payTo: Hex;
  amount: bigint;
}

/** Reads the payment that @x402/evm made. Throws `INVALID_ARGUMENT` for another kind. */
export function exactPayment({ accepted, payload }: PaymentPayload): ExactPayment {
  const { from, to, value, nonce } = (payload.authorization ?? {}) as Record<string, unknown>;
  const isMoney = typeof value === "string" && /^[0-9]{1,78}$/.test(value);
  if (isHex(from, 20) && isHex(to, 20) && isHex(nonce, 32) && isHex(accepted.asset, 20) && isMoney) {
    return { payer: from, payTo: to, paymentNonce: nonce, asset: accepted.asset, amount: BigInt(value) };
  }
  throw new FreeholdError("INVALID_ARGUMENT", "this payment is no EIP-3009 authorisation of the scheme exact", {
    hint: "Sign with ExactEvmScheme of @x402/evm.",
  });
}

/** What an exchange needs; the offer is verified already. */
export interface ExactExchange {
  url: string;
  offer: SignedOffer;
  /** The chain's time when the offer was checked. */
  now: bigint;
  chainTime: () => Promise<bigint>;
  payment: ExactPayment;
  /** The header PAYMENT-SIGNATURE. */
  header: string;
  input: unknown;
}

/**
 * Seals to the payment, sends, verifies, opens. The same bytes go again while the connection breaks or the node waits for its
 * transfer: it answers with what it stored. Throws {@link InferenceError} for whatever does not verify.
 */
export async function exactExchange<T>(p: ExactExchange, limits: Limits): Promise<ExactResult<T>> {
  const { offer, payment } = p;
  const { chainId, escrow, node, lineId, versionHash } = offer;
  const idempotencyKey = newIdempotencyKey();
  const aad = exactAad({ chainId, escrow, node, lineId, versionHash, idempotencyKey, ...payment });
  const sealed = await sealRequest({ hpkePublicKey: offer.hpkePublicKey, aad, plaintext: encodeInput(p.input) });
  const { enc, ciphertext } = sealed;
  const body = JSON.stringify(encodeX402Request({ lineId, versionHash, enc, ciphertext }));
  const headers = { [PAYMENT_SIGNATURE_HEADER]: p.header };
  const answer = await post(p.url, body, idempotencyKey, limits, { isDoubtful: false }, headers);
  if (answer.status !== 200) throw refusal(p.url, answer);

  const response = decode(answer.body);
  const { receipt, signature, nonce } = response;
  const hash = requestHash({ aad, enc, ciphertext });
  const expected = { node, ...payment, lineId, versionHash, requestHash: hash, responseHash: responseHash(response) };
  checkExactReceipt(escrowDomain(chainId, escrow), receipt, signature, offer.receiptKey, expected);
  await checkWorkedAt(receipt.workedAt, p.now, p.chainTime);
  const settlement = answer.headers.get(PAYMENT_RESPONSE_HEADER) ?? "";
  try {
    const plaintext = await sealed.openResponse({ nonce, ciphertext: response.ciphertext, requestHash: hash });
    return { output: decodeOutput(plaintext) as T, receipt, signature, settlement };
  } catch (cause) {
    throw new InferenceError("RESPONSE_UNREADABLE", "the response is receipted, and cannot be opened", { cause });
  }
}

const FIELD_CODES = [
  ["node", "RECEIPT_WRONG_CHANNEL"],
  ["payer", "RECEIPT_WRONG_REQUEST"],
  ["paymentNonce", "RECEIPT_WRONG_REQUEST"],
  ["asset", "RECEIPT_WRONG_AMOUNT"],
  ["payTo", "RECEIPT_WRONG_AMOUNT"],
  ["amount", "RECEIPT_WRONG_AMOUNT"],
  ["lineId", "VERSION_MISMATCH"],
  ["versionHash", "VERSION_MISMATCH"],
  ["requestHash", "RECEIPT_WRONG_REQUEST"],
  ["responseHash", "RECEIPT_WRONG_RESPONSE"],
] as const satisfies readonly (readonly [keyof ExactReceipt, InferenceErrorCode])[];

/** Checks who signed a receipt and every field that follows from its request. Throws `RECEIPT_…` or `VERSION_MISMATCH`. */
export function checkExactReceipt(
  domain: Domain,
  receipt: ExactReceipt,
  signature: Hex,
  receiptKey: string,
  expected: Omit<ExactReceipt, "workedAt">,
): void {
  const signer = signerOf(() => recoverExactReceipt(domain, receipt, signature));
  checkFields(FIELD_CODES, receipt, expected, signer, receiptKey, { receipt: encodeExactReceipt(receipt), signature });
}

function decode(body: unknown): ExactResponse {
  try {
    return decodeExactResponse(body);
  } catch (cause) {
    throw new InferenceError("RESPONSE_MALFORMED", `the node's answer is malformed: ${String(cause)}`, { cause });
  }
}
