import { type Hex, type SignedOffer, sameHex } from "@freehold/sdk";
import {
  CHANNEL_SCHEME,
  EXACT_SCHEME,
  type PaymentRequired,
  type PaymentRequirements,
  X402_VERSION,
} from "@freehold/sdk/x402";
import { getAddress } from "ethers";
import { Refusal } from "../http/refusal.js";
import type { Offers } from "../service/offers.js";
import type { Accepted } from "./payload.js";
import { PaymentRefusal } from "./refusal.js";
import type { PaymentToken } from "./token.js";

/** Seconds for which a client makes his authorisation valid: inference and transfer have to fit in. */
const MAX_TIMEOUT = 300;

/** The ways to pay for one inference now. */
export interface Terms {
  /** Undefined when the node or the token takes no transfer. */
  readonly exact: PaymentRequirements | undefined;
  readonly channel: PaymentRequirements;
}

export interface TermsParts {
  readonly offers: Offers;
  readonly token: PaymentToken;
  readonly chainId: bigint;
  readonly node: string;
  /** Units of an inference that a transfer pays for; 0: there are none. */
  readonly exactPrice: bigint;
}

/** What a 402 asks for. Read anew when the offer changes, once per block at most. */
export class TermsKeeper {
  readonly #parts: TermsParts;
  #last: { offer: SignedOffer; terms: Promise<Terms> } | undefined;

  constructor(parts: TermsParts) {
    this.#parts = parts;
  }

  /** Throws the refusal `not-ready`. */
  async current(): Promise<Terms> {
    const offer = await this.#parts.offers.current();
    if (this.#last?.offer !== offer) {
      const terms = this.#read(offer);
      this.#last = { offer, terms };
      terms.catch(() => {
        this.#last = undefined;
      });
    }
    return this.#last.terms;
  }

  /** What the header PAYMENT-REQUIRED says. Throws the refusal `not-ready`. */
  async required(url: string, error: string): Promise<PaymentRequired> {
    const { exact, channel } = await this.current();
    return {
      x402Version: X402_VERSION,
      error,
      resource: { url, description: "one sealed inference", mimeType: "application/json" },
      accepts: exact === undefined ? [channel] : [exact, channel],
    };
  }

  async #read(offer: SignedOffer): Promise<Terms> {
    const { token, chainId, node, exactPrice } = this.#parts;
    const [facts, payTo] = await Promise.all([token.facts(), token.payoutOf(node)]).catch(() => {
      throw new Refusal("not-ready", "the chain does not answer this node: retry later");
    });
    const common = { network: `eip155:${chainId}` as const, asset: facts.address, maxTimeoutSeconds: MAX_TIMEOUT };
    const sealed = sealedTo(offer);
    const { domain, unit } = facts;
    return {
      exact:
        domain === undefined || exactPrice === 0n
          ? undefined
          : {
              ...common,
              scheme: EXACT_SCHEME,
              amount: (exactPrice * unit).toString(),
              payTo,
              extra: { assetTransferMethod: "eip3009", ...domain, ...sealed },
            },
      channel: {
        ...common,
        scheme: CHANNEL_SCHEME,
        amount: (offer.price * unit).toString(),
        payTo: getAddress(node),
        extra: { escrow: offer.escrow.toLowerCase(), unit: unit.toString(), price: offer.price.toString(), ...sealed },
      },
    };
  }
}

/** What a client seals to; the offer says it signed. */
function sealedTo({ node, lineId, versionHash, receiptKey, hpkePublicKey }: SignedOffer) {
  return { node: node.toLowerCase(), lineId, versionHash, receiptKey, hpkePublicKey, offer: "/v1/attestation" };
}

/** Refuses a payment whose terms are not the node's. Throws {@link PaymentRefusal}. */
export function requireTerms(accepted: Accepted, terms: PaymentRequirements): void {
  if (accepted.network !== terms.network) {
    throw new PaymentRefusal("invalid_network", `payments are taken on ${terms.network}`);
  }
  if (!sameHex(accepted.asset, terms.asset)) {
    throw new PaymentRefusal("invalid_asset", `payments are taken in ${terms.asset}`);
  }
}

/** The exact terms. Throws {@link PaymentRefusal} where there are none. */
export function requireExact({ exact }: Terms): PaymentRequirements & { asset: Hex } {
  if (exact !== undefined) return exact as PaymentRequirements & { asset: Hex };
  throw new PaymentRefusal("unsupported_scheme", "this node takes no payment by transfer: pay from a channel");
}
