import { encodeExactResponse, exactAad, type Hex, requestHash, sameHex, type X402Request } from "@freehold/sdk";
import { type EXACT_SCHEME, type PaymentRequirements, X402_VERSION } from "@freehold/sdk/x402";
import type { Enclave } from "../enclave/enclave.js";
import { reason } from "../errors.js";
import { Refusal } from "../http/refusal.js";
import type { Logger } from "../log.js";
import type { Metrics } from "../metrics.js";
import type { ServedVersions } from "../model/served.js";
import type { Gate } from "../service/gate.js";
import type { Serving } from "../service/serving.js";
import type { PaymentName, Payments, StoredPayment } from "../store/index.js";
import { InFlight } from "./in-flight.js";
import type { Authorization, Payment } from "./payload.js";
import { PaymentRefusal } from "./refusal.js";
import type { ExactPayment, ExactSettler } from "./settle.js";
import { requireExact, requireTerms, type TermsKeeper } from "./terms.js";
import type { PaymentToken } from "./token.js";

/** Seconds that an authorisation has to live on, for inference and transfer. */
const LEAST_LIFE = 20n;

export interface ExactParts {
  readonly payments: Payments;
  readonly settler: ExactSettler;
  readonly terms: TermsKeeper;
  readonly token: PaymentToken;
  readonly enclave: Enclave;
  readonly versions: ServedVersions;
  readonly serving: Serving;
  readonly gate: Gate;
  readonly metrics: Metrics;
  readonly log: Logger;
  readonly chainId: bigint;
  readonly escrow: string;
  readonly node: string;
  readonly confirmations: number;
}

/** A payment of the scheme exact, as its header says it. */
export type ExactHeader = Extract<Payment, { scheme: typeof EXACT_SCHEME }>;

/** An answer, and the transaction that paid for it. */
export interface PaidAnswer {
  readonly body: string;
  readonly transaction: string;
}

/** One inference for one token transfer: verified, worked, written down, transferred, and only then answered. */
export class ExactService {
  readonly #parts: ExactParts;
  readonly #inFlight = new InFlight();
  readonly #running = new Map<string, { requestHash: Hex; answer: Promise<PaidAnswer> }>();

  constructor(parts: ExactParts) {
    this.#parts = parts;
  }

  /**
   * The same bytes for every retry with the same payment. Throws {@link PaymentRefusal} and the refusals of docs/protocol.md 4.5;
   * then nothing was moved, but for `settlement_pending`.
   */
  async answer(key: string, header: ExactHeader, request: X402Request): Promise<PaidAnswer> {
    const { from: payer, nonce } = header.authorization;
    const hash = this.#requestHash(key, header, request);
    const name = `${payer}/${nonce}`;
    const twin = this.#running.get(name);
    if (twin !== undefined) {
      if (twin.requestHash !== hash) throw alreadyUsed(payer);
      return twin.answer;
    }
    const answer = this.#answer({ payer, nonce }, hash, key, header, request);
    this.#running.set(name, { requestHash: hash, answer });
    try {
      return await answer;
    } finally {
      this.#running.delete(name);
    }
  }

  async #answer(
    name: PaymentName,
    hash: Hex,
    key: string,
    header: ExactHeader,
    request: X402Request,
  ): Promise<PaidAnswer> {
    const known = await this.#parts.payments.find(name);
    if (known !== undefined) return this.#release(known, hash, header);
    const terms = requireExact(await this.#parts.terms.current());
    const { authorization } = header;
    requireTerms(header.accepted, terms);
    this.#requireAuthorization(authorization, terms);
    const allows = (promised: bigint) => this.#requireMoney(authorization, promised);
    return this.#inFlight.with(authorization.from, authorization.value, allows, async () => {
      const worked = await this.#work(name, hash, key, header, request, terms);
      return this.#release(worked, hash, header);
    });
  }

  /** Verifies, infers and writes down. Another replica may have been faster: then its answer is the one. */
  async #work(
    name: PaymentName,
    hash: Hex,
    key: string,
    header: ExactHeader,
    request: X402Request,
    terms: PaymentRequirements,
  ): Promise<StoredPayment> {
    const { gate, versions, serving, settler, enclave, payments, metrics, confirmations } = this.#parts;
    const version = serving.version(request);
    const fromBlock = Math.max(0, serving.view().head.number - confirmations);
    // Payers queue apart from channels: an address is no channel's index.
    return versions.use(version, () =>
      gate.run(BigInt(name.payer), async () => {
        await orNotReady(settler.verify(paymentOf(header, terms)));
        const { from: payer, nonce: paymentNonce, to: payTo, value: amount } = header.authorization;
        const stop = metrics.inference.startTimer();
        const answer = await enclave.inferExact({
          enc: request.enc,
          ciphertext: request.ciphertext,
          idempotencyKey: key,
          payment: { payer, paymentNonce, asset: terms.asset, payTo, amount },
          lineId: version.lineId,
          versionHash: version.hash,
          engine: version.engine,
          payableKeys: serving.payableKeys(),
          finishedAt: (receiptKey) => serving.finishedAt(version, receiptKey),
        });
        const body = JSON.stringify(encodeExactResponse(answer));
        const createdAt = BigInt(Math.floor(Date.now() / 1000));
        const stored = await payments.record({ ...name, requestHash: hash, amount, body, fromBlock, createdAt });
        stop();
        return stored;
      }),
    );
  }

  /** The stored answer, once its transfer is on the chain. */
  async #release(stored: StoredPayment, hash: Hex, header: ExactHeader): Promise<PaidAnswer> {
    const { payer, body, settledBy, fromBlock } = stored;
    if (stored.requestHash !== hash) throw alreadyUsed(payer);
    if (settledBy !== undefined) return { body, transaction: settledBy };
    const { settler, log, metrics } = this.#parts;
    try {
      const payment = paymentOf(header, await this.#termsOf(header));
      const transaction = await settler.settle(stored, payment, fromBlock);
      metrics.transfers.inc({ result: "settled" });
      return { body, transaction };
    } catch (error) {
      const isFinal = error instanceof PaymentRefusal && error.status === 402;
      metrics.transfers.inc({ result: isFinal ? "failed" : "pending" });
      if (error instanceof PaymentRefusal || error instanceof Refusal) throw error;
      log.warn({ reason: reason(error) }, "a transfer cannot be followed");
      throw new PaymentRefusal("settlement_pending", "the chain does not answer: retry with the same payment", {
        status: 503,
        payer,
      });
    }
  }

  /** The terms that were accepted: price and payee may be others by now. The authorisation of a stored request fixes them. */
  async #termsOf({ authorization }: ExactHeader): Promise<PaymentRequirements> {
    const { to, value } = authorization;
    return { ...requireExact(await this.#parts.terms.current()), payTo: to, amount: value.toString() };
  }

  #requireAuthorization({ from, to, value, validAfter, validBefore }: Authorization, terms: PaymentRequirements): void {
    const payer = from;
    if (!sameHex(to, terms.payTo)) {
      throw new PaymentRefusal("invalid_exact_evm_recipient_mismatch", `${terms.payTo} is to be paid`, { payer });
    }
    if (value !== BigInt(terms.amount)) {
      const detail = `exactly ${terms.amount} is to be paid, not ${value}`;
      throw new PaymentRefusal("invalid_exact_evm_payload_authorization_value_mismatch", detail, { payer });
    }
    // The chain's clock counts, and the facilitator asks this machine's.
    const chain = this.#parts.serving.view().head.timestamp;
    const wall = BigInt(Math.floor(Date.now() / 1000));
    if (validBefore < (chain > wall ? chain : wall) + LEAST_LIFE) {
      const detail = `the authorisation must hold for ${LEAST_LIFE} s more`;
      throw new PaymentRefusal("invalid_exact_evm_payload_authorization_valid_before", detail, { payer });
    }
    if (validAfter >= (chain < wall ? chain : wall)) {
      const detail = "the authorisation does not hold yet";
      throw new PaymentRefusal("invalid_exact_evm_payload_authorization_valid_after", detail, { payer });
    }
  }

  async #requireMoney({ from: payer, nonce }: Authorization, promised: bigint): Promise<void> {
    const { token } = this.#parts;
    const [isUsed, balance] = await orNotReady(Promise.all([token.isUsed(payer, nonce), token.balanceOf(payer)]));
    if (isUsed) {
      const detail = "this authorisation was used or cancelled";
      throw new PaymentRefusal("invalid_exact_evm_nonce_already_used", detail, { payer });
    }
    if (balance < promised) {
      const detail = `the payer holds ${balance}, and ${promised} is needed for all his requests`;
      throw new PaymentRefusal("invalid_exact_evm_insufficient_balance", detail, { payer });
    }
  }

  #requestHash(key: string, { accepted, authorization }: ExactHeader, request: X402Request): Hex {
    const { chainId, escrow, node } = this.#parts;
    const { from: payer, nonce: paymentNonce, to: payTo, value: amount } = authorization;
    const payment = { payer, paymentNonce, payTo, amount, asset: accepted.asset };
    const { lineId, versionHash, enc, ciphertext } = request;
    const aad = exactAad({ chainId, escrow, node, lineId, versionHash, idempotencyKey: key, ...payment });
    return requestHash({ aad, enc, ciphertext });
  }
}

/** What the facilitator is given: of the client's words only what he signed. */
function paymentOf({ authorization, signature }: ExactHeader, terms: PaymentRequirements): ExactPayment {
  const { from, to, value, validAfter, validBefore, nonce } = authorization;
  const said = {
    from,
    to,
    value: value.toString(),
    validAfter: validAfter.toString(),
    validBefore: validBefore.toString(),
    nonce,
  };
  const payload = { x402Version: X402_VERSION, accepted: terms, payload: { authorization: said, signature } };
  return { payload, requirements: terms, authorization };
}

async function orNotReady<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof PaymentRefusal) throw error;
    throw new Refusal("not-ready", "the chain does not answer this node: retry later with the same payment");
  }
}

function alreadyUsed(payer: string): PaymentRefusal {
  return new PaymentRefusal("payment_already_used", "this payment is for another request: sign a new one", { payer });
}
