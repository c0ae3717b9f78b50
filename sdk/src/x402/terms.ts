import type { Freehold } from "../client.js";
import { type Hex, sameHex } from "../hex.js";
import { InferenceError } from "../inference/errors.js";
import type { SignedOffer } from "../wire/offer.js";
import { decodeHeader } from "./header.js";
import {
  CHANNEL_SCHEME,
  EXACT_SCHEME,
  PAYMENT_REQUIRED_HEADER,
  type PaymentRequired,
  type PaymentRequirements,
  X402_VERSION,
} from "./types.js";

/** What the chain says about money. */
export interface Money {
  token: Hex;
  /** Of the token's smallest unit in a unit of the escrow. */
  unit: bigint;
}

/** Reads what a 402 says. Throws `RESPONSE_MALFORMED`. */
export function decodePaymentRequired(header: unknown): PaymentRequired {
  try {
    const json = decodeHeader(PAYMENT_REQUIRED_HEADER, header);
    if (json.x402Version === X402_VERSION && Array.isArray(json.accepts)) return json as unknown as PaymentRequired;
  } catch (cause) {
    throw malformed(cause);
  }
  throw malformed(undefined);
}

/**
 * The ways to pay that the chain confirms: token, amount and payee are those of this node and within the caller's limit. The
 * others are left out; a node that offers none is refused with `PRICE_TOO_HIGH` or `NODE_LIED`.
 */
export async function confirmed(
  freehold: Freehold,
  money: Money,
  offer: SignedOffer,
  maxPrice: bigint,
  required: PaymentRequired,
): Promise<PaymentRequired> {
  const { payout } = await freehold.nodes.nodeOf({ node: offer.node });
  const most = maxPrice * money.unit;
  const payees: Readonly<Record<string, string>> = { [EXACT_SCHEME]: payout, [CHANNEL_SCHEME]: offer.node };
  const isHonest = (each: PaymentRequirements) => {
    const payee = Object.hasOwn(payees, each.scheme) ? payees[each.scheme] : undefined;
    return (
      payee !== undefined &&
      each.network === `eip155:${freehold.chainId}` &&
      sameHex(String(each.asset), money.token) &&
      sameHex(String(each.payTo), payee) &&
      /^[1-9][0-9]{0,77}$/.test(String(each.amount))
    );
  };
  const honest = required.accepts.filter(isHonest);
  const accepts = honest.filter(({ amount }) => BigInt(amount) <= most);
  if (accepts.length > 0) return { ...required, accepts };
  if (honest.length > 0) {
    throw new InferenceError("PRICE_TOO_HIGH", `the node asks for more than ${most} of the token's smallest unit`, {
      details: { asked: honest.map(({ amount }) => amount), maxPrice: maxPrice.toString() },
    });
  }
  throw new InferenceError("NODE_LIED", "the node asks for payments that are not its own, or in another token", {
    details: { accepts: required.accepts },
    hint: "Pay this node nothing.",
  });
}

function malformed(cause: unknown): InferenceError {
  return new InferenceError("RESPONSE_MALFORMED", "the node's 402 is not in the form of x402 version 2", { cause });
}
