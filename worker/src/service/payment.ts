import { type Domain, FreeholdError, type InferenceRequest, recoverVoucher, sameHex } from "@freehold/sdk";
import { min } from "../bigint.js";
import type { ChannelState } from "../chain/types.js";
import { Refusal } from "../http/refusal.js";
import { MAX_AMOUNT } from "../store/index.js";

/** What a request has to pay for. */
export interface Bill {
  readonly domain: Domain;
  readonly node: string;
  /** Units metered on the channel so far, and the price of this request. */
  readonly metered: bigint;
  readonly price: bigint;
}

/**
 * Checks that the voucher pays for one more inference and that the channel can honour it, before any work. Nothing here asks
 * the chain. Throws the refusals of docs/protocol.md 4.5.
 */
export function requirePayment(request: InferenceRequest, channel: ChannelState, bill: Bill): void {
  const { cumulative, signature } = request.voucher;
  const required = bill.metered + bill.price;
  if (channel.closed || channel.closeAt !== 0n) {
    throw new Refusal("channel-closing", `channel ${request.channel} closes: open another`, {
      closeAt: channel.closeAt.toString(),
    });
  }
  if (cumulative < required) {
    throw new Refusal("voucher-too-low", `the voucher covers ${cumulative}, and ${required} is needed`, {
      required: required.toString(),
    });
  }
  // What the books can hold is a bound too: far more than any token's supply.
  const deposited = min(channel.deposited, MAX_AMOUNT);
  if (cumulative > deposited) {
    throw new Refusal("insufficient-deposit", `the voucher promises ${cumulative}, and ${deposited} is deposited`, {
      deposited: deposited.toString(),
      required: required.toString(),
    });
  }
  if (!isSignedBy(channel.signer, request, bill, signature)) {
    throw new Refusal("bad-voucher-signature", `the voucher is not signed by ${channel.signer}`, {
      expected: channel.signer.toLowerCase(),
    });
  }
}

function isSignedBy(signer: string, request: InferenceRequest, { domain, node }: Bill, signature: string): boolean {
  const { channel, lineId, voucher } = request;
  try {
    return sameHex(
      recoverVoucher(domain, { node, channel, lineId, cumulative: voucher.cumulative }, signature),
      signer,
    );
  } catch (error) {
    if (error instanceof FreeholdError) return false;
    throw error;
  }
}
