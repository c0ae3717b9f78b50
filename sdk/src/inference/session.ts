import type { Context } from "../context.js";
import { type Domain, escrowDomain } from "../eip712/domains.js";
import { type Hex, sameHex } from "../hex.js";
import type { Channel } from "../types.js";
import type { SignedOffer } from "../wire/offer.js";
import type { Classification, InferenceInput } from "../wire/plaintext.js";
import { chainView, channelOf } from "./chain.js";
import { InferenceError } from "./errors.js";
import { type ExchangeParameters, exchange, type InferenceResult } from "./exchange.js";
import { aborted, deadline, type Limits } from "./http.js";
import { checkAgainstChain, fetchOffer } from "./offer.js";
import { recover } from "./recover.js";
import { type ChannelState, type ChannelStore, channelKey, inTurn } from "./store.js";

/** Whom to ask, and what may be paid. */
export interface ConnectParameters {
  /** Base URL of the node; see `nodes.nodeOf`. */
  endpoint: string;
  lineId: Hex;
  /** Index of the signer's channel towards this node; see `escrow.open`. */
  channel: bigint;
  /** Most units per inference. */
  maxPrice: bigint;
  /** The node, when only one will do; otherwise whoever's enclave answers, as far as the channel is the signer's. */
  node?: string;
  /** Where the channel is remembered; default: this client's memory. */
  store?: ChannelStore;
  /** Milliseconds for connecting, and for a request; default 30,000. */
  timeoutMs?: number;
  /** Most bytes of a response; default 4 MiB. */
  maxResponseBytes?: number;
}

/** One question. */
export interface RequestParameters {
  input: InferenceInput;
  /** Ends the request; its reason is thrown. A voucher that left stays signed, and serves for the next request. */
  signal?: AbortSignal;
  /** Milliseconds in all; default: the session's. */
  timeoutMs?: number;
}

const TIMEOUT_MS = 30_000;
const MAX_RESPONSE_BYTES = 4 * 2 ** 20;
const MAX_OFFER_BYTES = 2 ** 16;

/** A verified connection to one node over one channel, for many requests. */
export class InferenceSession {
  readonly node: Hex;
  readonly #ctx: Context;
  readonly #params: ConnectParameters;
  readonly #domain: Domain;
  readonly #key: string;
  readonly #store: ChannelStore;
  #onChain: Channel;
  #offer: SignedOffer;

  private constructor(ctx: Context, params: ConnectParameters, domain: Domain, offer: SignedOffer, onChain: Channel) {
    this.#ctx = ctx;
    this.#params = params;
    this.#domain = domain;
    this.#offer = offer;
    this.#onChain = onChain;
    this.node = offer.node;
    const { chainId, verifyingContract: escrow } = domain;
    this.#key = channelKey({ chainId, escrow, node: offer.node, lineId: params.lineId, channel: params.channel });
    this.#store = params.store ?? ctx.channels;
  }

  /** Fetches the node's offer and verifies it, and the channel, against the chain. Throws {@link InferenceError}. */
  static async connect(ctx: Context, params: ConnectParameters, signal?: AbortSignal): Promise<InferenceSession> {
    const ends = deadline(params.timeoutMs ?? TIMEOUT_MS, signal);
    const offer = await fetchOffer(ctx, params.endpoint, params, { signal: ends, maxBytes: MAX_OFFER_BYTES });
    const onChain = await channelOf(ctx, offer.node, params.lineId, params.channel);
    const account = await ctx.account();
    if (!sameHex(onChain.signer, account)) {
      throw new InferenceError(
        "CHANNEL_NOT_YOURS",
        `vouchers of channel ${params.channel} are signed by ${onChain.signer}`,
        {
          details: { channel: params.channel.toString(), signer: onChain.signer, account },
        },
      );
    }
    if (onChain.closed || onChain.closeAt !== 0n) {
      throw new InferenceError("CHANNEL_CLOSING", `channel ${params.channel} closes, or is closed`, {
        details: { channel: params.channel.toString(), closeAt: onChain.closeAt.toString() },
        hint: "Open another channel: escrow.open.",
      });
    }
    const domain = escrowDomain(ctx.chainId, ctx.addressOf("InferenceEscrow"));
    return new InferenceSession(ctx, params, domain, offer, onChain);
  }

  /** The offer that requests are sealed and paid to. */
  get offer(): SignedOffer {
    return this.#offer;
  }

  /**
   * One inference: pays, seals, sends, and verifies what comes back. Requests of a channel wait for each other.
   * `T` is what the model answers; that it does is not checked.
   */
  async request<T = Classification>(params: RequestParameters): Promise<InferenceResult<T>> {
    const { endpoint, timeoutMs, maxResponseBytes } = this.#params;
    const signal = deadline(params.timeoutMs ?? timeoutMs ?? TIMEOUT_MS, params.signal);
    const limits = { signal, maxBytes: maxResponseBytes ?? MAX_RESPONSE_BYTES };
    return inTurn(this.#key, async () => {
      if (signal.aborted) throw aborted(signal, endpoint);
      try {
        return await this.#exchange<T>(params.input, limits);
      } catch (error) {
        await this.#catchUp(error, limits);
        return await this.#exchange<T>(params.input, limits);
      }
    });
  }

  async #exchange<T>(input: unknown, limits: Limits): Promise<InferenceResult<T>> {
    const now = await this.#verifyOffer(limits);
    const state = await this.#state(limits);
    await this.#requireDeposit(state.metered + this.#offer.price);
    const { endpoint, channel } = this.#params;
    const parameters: ExchangeParameters = {
      endpoint,
      domain: this.#domain,
      offer: this.#offer,
      channel,
      state,
      now,
      input,
      save: (next) => this.#store.set(this.#key, next),
    };
    return exchange<T>(this.#ctx, parameters, limits);
  }

  /** Checks the offer against the chain as it is now, and fetches another when the line or the enclave changed. */
  async #verifyOffer(limits: Limits): Promise<bigint> {
    const view = await chainView(this.#ctx, this.#offer);
    try {
      checkAgainstChain(this.#offer, view);
    } catch (error) {
      if (!(error instanceof InferenceError)) throw error;
      this.#offer = await this.#fetchOffer(limits);
    }
    return view.now;
  }

  #fetchOffer({ signal }: Limits): Promise<SignedOffer> {
    const { endpoint, lineId, maxPrice } = this.#params;
    return fetchOffer(
      this.#ctx,
      endpoint,
      { lineId, maxPrice, node: this.node },
      { signal, maxBytes: MAX_OFFER_BYTES },
    );
  }

  async #state(limits: Limits): Promise<ChannelState> {
    const known = await this.#store.get(this.#key);
    if (known !== undefined && known.metered >= this.#onChain.paid) return known;
    return this.#recover(known, limits);
  }

  async #recover(known: ChannelState | undefined, { signal }: Limits): Promise<ChannelState> {
    const { endpoint, channel, lineId } = this.#params;
    this.#onChain = await channelOf(this.#ctx, this.node, this.#params.lineId, channel);
    const parameters = {
      endpoint,
      channel,
      lineId,
      known,
      node: this.node,
      domain: this.#domain,
      onChain: this.#onChain,
    };
    const state = await recover(this.#ctx, parameters, { signal, maxBytes: MAX_OFFER_BYTES });
    await this.#store.set(this.#key, state);
    return state;
  }

  /** After a refusal that may have an honest reason: learns what changed. Throws the refusal when nothing did. */
  async #catchUp(error: unknown, limits: Limits): Promise<void> {
    if (!(error instanceof InferenceError) || error.code !== "NODE_REFUSED") throw error;
    const { code } = error.details;
    if (code !== "voucher-too-low" && code !== "version-not-served" && code !== "unseal-failed") throw error;

    const before = this.#offer;
    this.#offer = await this.#fetchOffer(limits);
    const offerChanged = (["receiptKey", "hpkePublicKey", "versionHash", "price"] as const).some(
      (field) => this.#offer[field] !== before[field],
    );
    if (code !== "voucher-too-low") {
      if (!offerChanged) throw error;
      return;
    }
    // An answer may have been lost after it was metered: its receipt shows.
    const known = await this.#store.get(this.#key);
    const { metered } = await this.#recover(known, limits);
    if (metered === known?.metered && !offerChanged) {
      throw new InferenceError("NODE_LIED", "the node asks for more than its receipts show", {
        details: { metered: metered.toString(), said: error.details.said },
        cause: error,
      });
    }
  }

  async #requireDeposit(cumulative: bigint): Promise<void> {
    if (cumulative <= this.#onChain.deposited) return;
    const { channel } = this.#params;
    this.#onChain = await channelOf(this.#ctx, this.node, this.#params.lineId, channel);
    const { deposited } = this.#onChain;
    if (cumulative <= deposited) return;
    throw new InferenceError(
      "INSUFFICIENT_DEPOSIT",
      `channel ${channel} holds ${deposited} units, ${cumulative} are needed`,
      {
        details: { channel: channel.toString(), deposited: deposited.toString(), required: cumulative.toString() },
        hint: "Top the channel up: escrow.topUp.",
      },
    );
  }
}
