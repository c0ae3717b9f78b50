import type { Context } from "../context.js";
import { type Domain, escrowDomain } from "../eip712/domains.js";
import { ConfigurationError } from "../errors/config.js";
import type { Hex } from "../hex.js";
import type { SignedOffer } from "../wire/offer.js";
import type { Classification } from "../wire/plaintext.js";
import { Depositor } from "./deposit/depositor.js";
import { ownChannel } from "./deposit/open.js";
import { checkPolicy } from "./deposit/policy.js";
import { InferenceError } from "./errors.js";
import {
  type Carrier,
  type ExchangeParameters,
  exchange,
  type InferenceResult,
  settle,
  signTicket,
} from "./exchange.js";
import { aborted, deadline, type Limits } from "./http.js";
import { OfferWatch } from "./offer-watch.js";
import {
  type ConnectParameters,
  MAX_IN_FLIGHT,
  MAX_RESPONSE_BYTES,
  RECHECK_MS,
  type RequestParameters,
  TIMEOUT_MS,
  type VoucherSigner,
} from "./parameters.js";
import { PayerChannel } from "./payer-channel.js";
import { sleep } from "./post.js";
import type { Prepaid } from "./prepaid.js";

/** Milliseconds after a request's deadline for which its ticket is still its owner's: clocks differ. */
const CLOCK_SLACK_MS = 60_000;
/** Refusals after which a request is made again, once something was learnt. */
const MOST_TRIES = 3;
/** The same for a node that has not seen a deposit yet. */
const UNSEEN_PAUSE_MS = 500;

/** Limits of one request, and until when (Unix milliseconds) its ticket is its owner's. */
interface SessionLimits extends Limits {
  readonly until: number;
}

/** A verified connection to one node over one channel, for any number of requests at once. */
export class InferenceSession {
  readonly node: Hex;
  /** Index of the channel that pays. */
  readonly channel: bigint;
  readonly #ctx: Context;
  readonly #params: ConnectParameters;
  readonly #signer: VoucherSigner;
  readonly #domain: Domain;
  readonly #offers: OfferWatch;
  readonly #channel: PayerChannel;

  private constructor(
    ctx: Context,
    params: ConnectParameters & { channel: bigint; signer: VoucherSigner },
    domain: Domain,
    offers: OfferWatch,
    channel: PayerChannel,
  ) {
    this.node = offers.offer.node;
    this.channel = params.channel;
    this.#ctx = ctx;
    this.#params = params;
    this.#signer = params.signer;
    this.#domain = domain;
    this.#offers = offers;
    this.#channel = channel;
  }

  /**
   * Fetches the node's offer and verifies it, and the channel, against the chain; opens a channel when none is given. Throws
   * {@link InferenceError}.
   */
  static async connect(ctx: Context, params: ConnectParameters, signal?: AbortSignal): Promise<InferenceSession> {
    const { endpoint, lineId, maxPrice, deposit, store = ctx.channels, confirmations = 1, minCloseDelay = 0n } = params;
    const { recheckMs = RECHECK_MS, maxInFlight = MAX_IN_FLIGHT } = params;
    if (deposit !== undefined) checkPolicy(deposit);
    const ends = deadline(params.timeoutMs ?? TIMEOUT_MS, signal);
    const signer: VoucherSigner = params.signer ?? ctx.signer;
    const signedBy = await signer.getAddress();
    const terms = { endpoint, lineId, maxPrice, node: params.node, recheckMs };
    const offers = await OfferWatch.start(ctx, terms, ends);
    const { node, price } = offers.offer;
    const depositor =
      deposit === undefined ? undefined : await Depositor.of(ctx, deposit, { store, lineId, confirmations });

    let own = { channel: params.channel ?? -1n, isNew: false };
    if (params.channel === undefined) {
      if (depositor === undefined) throw noChannel();
      const options = params.openChannel ?? {};
      own = await ownChannel(ctx, depositor, { node, lineId, signer: signedBy, options, minCloseDelay, price }, ends);
    }
    const domain = escrowDomain(ctx.chainId, ctx.addressOf("InferenceEscrow"));
    const channel = new PayerChannel(ctx, {
      endpoint,
      domain,
      id: { node, lineId, channel: own.channel },
      terms: { signer: signedBy, minCloseDelay },
      store,
      confirmations,
      maxInFlight,
      recheckMs,
      depositor,
    });
    await channel.check();
    if (own.isNew) await channel.begin();
    return new InferenceSession(ctx, { ...params, channel: own.channel, signer }, domain, offers, channel);
  }

  /** The offer that requests are sealed and paid to. */
  get offer(): SignedOffer {
    return this.#offers.offer;
  }

  /**
   * One inference: pays, seals, sends, and verifies what comes back. Any number of requests may run at once, in any number of
   * processes that share the store. `T` is what the model answers; that it does is not checked.
   */
  async request<T = Classification>(params: RequestParameters): Promise<InferenceResult<T>> {
    const limits = this.#limits(params);
    for (let tries = 1; ; tries++) {
      if (limits.signal.aborted) throw aborted(limits.signal, this.#params.endpoint);
      const reserved = await this.#reserve(limits);
      const { offer, ticket } = reserved;
      try {
        return await exchange<T>(this.#ctx, { ...reserved, input: params.input }, limits);
      } catch (error) {
        const isUnseen = this.#channel.isJustFunded && hasCode(error, ["unknown-channel", "insufficient-deposit"]);
        if (isUnseen) await sleep(UNSEEN_PAUSE_MS, limits.signal, () => error);
        else if (tries >= MOST_TRIES) throw error;
        else await this.#catchUp(error, offer, ticket.cumulative, limits);
      }
    }
  }

  /** Sets one request's price aside and signs its voucher; the request travels by a carrier of the caller's. Throws {@link InferenceError}. */
  async prepay(params: Omit<RequestParameters, "input"> = {}): Promise<Prepaid> {
    const limits = this.#limits(params);
    const reserved = await this.#reserve(limits);
    const { channel, offer, ticket } = reserved;
    const release = async () => {
      await settle(reserved, { isDoubtful: false });
    };
    try {
      const voucher = await signTicket(reserved);
      return {
        channel,
        cumulative: ticket.cumulative,
        signature: voucher,
        idempotencyKey: ticket.id,
        offer,
        release,
        send: async <T>(input: unknown, carrier: Carrier) => {
          try {
            return await exchange<T>(this.#ctx, { ...reserved, voucher, carrier, input }, limits);
          } catch (error) {
            // What there is to learn of it serves the next one.
            await this.#catchUp(error, offer, ticket.cumulative, limits);
            throw error;
          }
        },
      };
    } catch (error) {
      await release();
      throw error;
    }
  }

  #limits({ timeoutMs, signal }: Omit<RequestParameters, "input">): SessionLimits {
    const milliseconds = timeoutMs ?? this.#params.timeoutMs ?? TIMEOUT_MS;
    return {
      signal: deadline(milliseconds, signal),
      maxBytes: this.#params.maxResponseBytes ?? MAX_RESPONSE_BYTES,
      until: Date.now() + milliseconds + CLOCK_SLACK_MS,
    };
  }

  /** All that an exchange needs but its input: the offer is verified, and the price is set aside. */
  async #reserve(limits: SessionLimits): Promise<Omit<ExchangeParameters, "input">> {
    const { offer, now } = await this.#offers.verified(limits);
    const ticket = await this.#channel.reserve(offer.price, limits.until, limits);
    const { endpoint } = this.#params;
    const { ledger } = this.#channel;
    return { endpoint, offer, now, ticket, ledger, channel: this.channel, domain: this.#domain, signer: this.#signer };
  }

  /** Resolves when no top-up is under way in this process. */
  idle(): Promise<void> {
    return this.#channel.idle();
  }

  /** After a refusal that may have an honest reason: learns what changed. Throws the refusal when nothing did. */
  async #catchUp(error: unknown, offer: SignedOffer, cumulative: bigint, limits: Limits): Promise<void> {
    if (!hasCode(error, ["voucher-too-low", "voucher-spent", "version-not-served", "unseal-failed"])) throw error;
    await this.#offers.renew(limits);
    const isChanged = (["receiptKey", "hpkePublicKey", "versionHash", "price"] as const).some(
      (field) => this.offer[field] !== offer[field],
    );
    if (!hasCode(error, ["voucher-too-low", "voucher-spent"])) {
      if (!isChanged) throw error;
      return;
    }
    // Its receipts say what it has metered: a request whose answer was lost may be among it.
    const { metered, used } = await this.#channel.recover(limits);
    if (isChanged || metered + offer.price > cumulative || used >= cumulative) return;
    throw new InferenceError("NODE_LIED", "the node asks for more than its receipts and vouchers show", {
      details: { metered: metered.toString(), offered: cumulative.toString(), said: error.details.said },
      hint: "Pay this node nothing more: close the channel.",
      cause: error,
    });
  }
}

function hasCode(error: unknown, codes: readonly string[]): error is InferenceError {
  return error instanceof InferenceError && error.code === "NODE_REFUSED" && codes.includes(String(error.details.code));
}

function noChannel(): ConfigurationError {
  return new ConfigurationError(
    "INVALID_ARGUMENT",
    "there is no channel to pay from",
    "Pass `channel` (see escrow.open), or `deposit` to let the session open one.",
  );
}
