import type { Context } from "../context.js";
import type { Hex } from "../hex.js";
import type { SignedOffer } from "../wire/offer.js";
import { Cached } from "./cached.js";
import { type ChainView, chainView } from "./chain.js";
import { InferenceError } from "./errors.js";
import type { Limits } from "./http.js";
import { checkAgainstChain, fetchOffer } from "./offer.js";

/** What an offer must be, and how old the chain's word on it may be. */
export interface OfferTerms {
  endpoint: string;
  lineId: Hex;
  /** Units. */
  maxPrice: bigint;
  node: string | undefined;
  recheckMs: number;
}

const MAX_OFFER_BYTES = 2 ** 16;

/** A node's offer, held against the chain again and again. */
export class OfferWatch {
  readonly #ctx: Context;
  readonly #terms: OfferTerms;
  readonly #view: Cached<{ offer: SignedOffer; view: ChainView }>;
  #offer: SignedOffer;
  #renewing: Promise<void> | undefined;

  private constructor(ctx: Context, terms: OfferTerms, offer: SignedOffer) {
    this.#ctx = ctx;
    this.#terms = { ...terms, node: offer.node };
    this.#offer = offer;
    this.#view = new Cached(async () => {
      const offer = this.#offer;
      return { offer, view: await chainView(ctx, offer) };
    }, terms.recheckMs);
  }

  /** Fetches a node's offer and verifies it. Throws {@link InferenceError}. */
  static async start(ctx: Context, terms: OfferTerms, signal: AbortSignal): Promise<OfferWatch> {
    return new OfferWatch(ctx, terms, await fetchVerified(ctx, terms, signal));
  }

  get offer(): SignedOffer {
    return this.#offer;
  }

  /** The offer, verified against the chain no longer ago than allowed, and the chain's time then. Renews one that holds no more. */
  async verified(limits: Limits): Promise<{ offer: SignedOffer; now: bigint }> {
    try {
      return await this.#checked();
    } catch (error) {
      if (!(error instanceof InferenceError)) throw error;
    }
    await this.renew(limits);
    return this.#checked();
  }

  async #checked(): Promise<{ offer: SignedOffer; now: bigint }> {
    const { offer, view } = await this.#view.get();
    checkAgainstChain(offer, view);
    return { offer, now: view.now };
  }

  /** Fetches another offer. Those who want one at the same time share it. */
  async renew({ signal }: Limits): Promise<void> {
    if (this.#renewing !== undefined) {
      // Whoever fetches may be interrupted: then this one fetches for itself.
      await this.#renewing.catch(() => this.#renew(signal));
      return;
    }
    this.#renewing = this.#renew(signal).finally(() => {
      this.#renewing = undefined;
    });
    await this.#renewing;
  }

  async #renew(signal: AbortSignal): Promise<void> {
    this.#offer = await fetchVerified(this.#ctx, this.#terms, signal);
    this.#view.expire();
  }
}

function fetchVerified(ctx: Context, terms: OfferTerms, signal: AbortSignal): Promise<SignedOffer> {
  const { endpoint, lineId, maxPrice, node } = terms;
  const expected = { lineId, maxPrice, ...(node === undefined ? {} : { node }) };
  return fetchOffer(ctx, endpoint, expected, { signal, maxBytes: MAX_OFFER_BYTES });
}
