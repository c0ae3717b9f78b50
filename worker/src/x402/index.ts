import {
  decodeIdempotencyKey,
  decodeX402Request,
  type InferenceRequest,
  type ProblemCode,
  problem,
  sameHex,
} from "@freehold/sdk";
import {
  EXACT_SCHEME,
  encodeHeader,
  PAYMENT_REQUIRED_HEADER,
  PAYMENT_RESPONSE_HEADER,
  type SettleResponse,
} from "@freehold/sdk/x402";
import { problemOf, Refusal } from "../http/refusal.js";
import type { InferenceService } from "../service/inference.js";
import type { ExactService } from "./exact.js";
import { decodePayment, type Payment } from "./payload.js";
import { PaymentRefusal } from "./refusal.js";
import { requireTerms, type Terms, type TermsKeeper } from "./terms.js";

/** A request of the route that is paid over x402. */
export interface X402Call {
  /** The resource, as the client named it. */
  readonly url: string;
  /** Headers PAYMENT-SIGNATURE and Idempotency-Key. */
  readonly payment: unknown;
  readonly key: unknown;
  readonly body: unknown;
}

/** What goes back. */
export interface X402Reply {
  readonly status: number;
  /** Problem code; `ok` for none. */
  readonly code: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Refusals of a channel that are answered with 402: pay otherwise, or more. */
const PAYMENT_CODES: readonly ProblemCode[] = [
  "voucher-too-low",
  "voucher-spent",
  "insufficient-deposit",
  "bad-voucher-signature",
  "unknown-channel",
  "channel-closing",
];

export interface X402Parts {
  readonly terms: TermsKeeper;
  readonly exact: ExactService;
  readonly inference: InferenceService;
}

/** The route `POST /v1/x402/inference`: the same sealed inference for a client that speaks x402 (docs/x402.md). */
export class X402 {
  readonly #parts: X402Parts;

  constructor(parts: X402Parts) {
    this.#parts = parts;
  }

  /** Throws the refusals of docs/protocol.md 4.5 that are not about money. */
  async answer(call: X402Call): Promise<X402Reply> {
    try {
      if (call.payment === undefined) throw new PaymentRefusal("payment_required", "this inference has to be paid");
      return await this.#paid(decodePayment(call.payment), call);
    } catch (error) {
      const reply = await this.#refused(error, call.url);
      if (reply === undefined) throw error;
      return reply;
    }
  }

  async #paid(payment: Payment, call: X402Call): Promise<X402Reply> {
    const key = readKey(call.key);
    const request = decodeX402Request(call.body);
    if (payment.scheme === EXACT_SCHEME) {
      const { body, transaction } = await this.#parts.exact.answer(key, payment, request);
      const { from: payer, value } = payment.authorization;
      return answered(body, { transaction, payer, amount: value.toString(), network: payment.accepted.network });
    }
    const { channel } = await this.#parts.terms.current();
    requireChannelTerms(payment, channel);
    const { cumulative, signature } = payment;
    const body = await this.#parts.inference.answer(key, {
      ...request,
      channel: payment.channel,
      voucher: { cumulative, signature },
    } satisfies InferenceRequest);
    return answered(body, { transaction: "", amount: channel.amount, network: channel.network });
  }

  /** A 402 in the form of x402, and of docs/protocol.md 4.5; undefined for what is not about money. */
  async #refused(error: unknown, url: string): Promise<X402Reply | undefined> {
    const said = refusalOf(error);
    if (said === undefined) return undefined;
    const required = await this.#parts.terms.required(url, said.reason);
    const { code, status, reason, detail, payer, details } = said;
    const failed: SettleResponse = {
      success: false,
      errorReason: reason,
      errorMessage: detail,
      ...(payer === undefined ? {} : { payer }),
      transaction: "",
      network: required.accepts[0]?.network ?? "eip155:0",
    };
    const tried = payer === undefined ? {} : { [PAYMENT_RESPONSE_HEADER]: encodeHeader(failed) };
    // A client that is told to pay while its transfer is under way would pay twice.
    const asked = status === 402 ? { [PAYMENT_REQUIRED_HEADER]: encodeHeader(required) } : {};
    const body = { ...problem(code, detail, { reason, ...details }), status, ...(status === 402 ? required : {}) };
    const later = status === 503 ? { "retry-after": "1" } : {};
    return { status, code, headers: { ...NOT_STORED, ...later, ...asked, ...tried }, body: JSON.stringify(body) };
  }
}

const NOT_STORED = { "cache-control": "no-store" };

function answered(body: string, settled: Omit<SettleResponse, "success">): X402Reply {
  const header = encodeHeader({ success: true, ...settled } satisfies SettleResponse);
  return { status: 200, code: "ok", headers: { ...NOT_STORED, [PAYMENT_RESPONSE_HEADER]: header }, body };
}

function requireChannelTerms({ accepted }: Payment, terms: Terms["channel"]): void {
  requireTerms(accepted, terms);
  if (!sameHex(accepted.payTo, terms.payTo)) throw new PaymentRefusal("invalid_payee", `${terms.payTo} is to be paid`);
  if (accepted.amount !== terms.amount) throw new PaymentRefusal("invalid_amount", `${terms.amount} is to be paid`);
}

interface Said {
  readonly code: ProblemCode;
  readonly status: 400 | 402 | 503;
  readonly reason: string;
  readonly detail: string;
  readonly payer: string | undefined;
  readonly details: Readonly<Record<string, unknown>>;
}

function refusalOf(error: unknown): Said | undefined {
  if (error instanceof PaymentRefusal) {
    const code = ({ 400: "malformed", 402: "payment-required", 503: "not-ready" } as const)[error.status];
    return { code, status: error.status, reason: error.reason, detail: error.message, payer: error.payer, details: {} };
  }
  const found = problemOf(error);
  if (found === undefined || !PAYMENT_CODES.includes(found.code)) return undefined;
  const { code, detail, details } = found;
  return { code, status: 402, reason: code, detail, payer: undefined, details };
}

function readKey(header: unknown): string {
  try {
    return decodeIdempotencyKey(header);
  } catch {
    throw new Refusal("bad-idempotency-key", "the header Idempotency-Key must be 32 lower-case hex digits");
  }
}
