import { type Domain, FreeholdError, type InferenceRequest, recoverVoucher, sameHex } from "@freehold/sdk";
import { max, min } from "../bigint.js";
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
  /** Units of the highest voucher that came with a request before. */
  readonly promised: bigint;
  /** Whether the voucher that comes with this request paid for another one. */
  readonly isSpent: boolean;
}

/**
 * Checks that the highest voucher of the channel, this one or one before, pays for one more inference, that this one is the
 * payer's, and that the channel can honour it; before any work. So vouchers of requests that run at once may arrive in any
 * order. Nothing here asks the chain. Throws the refusals of docs/protocol.md 4.6.
 */
export function requirePayment(request: InferenceRequest, channel: ChannelState, bill: Bill): void {
  const { cumulative, signature } = request.voucher;
  const required = bill.metered + bill.price;
  if (channel.closed || channel.closeAt !== 0n) {
    throw new Refusal("channel-closing", `channel ${request.channel} closes: open another`, {
      closeAt: channel.closeAt.toString(),
    });
  }
  const covered = max(bill.promised, cumulative);
  if (covered < required) {
    throw new Refusal("voucher-too-low", `the vouchers cover ${covered}, and ${required} is needed`, {
      required: required.toString(),
    });
  }
  // Settled vouchers are public: one that counts again would let a stranger use the payer's headroom.
  if (bill.isSpent && bill.price !== 0n) {
    throw new Refusal("voucher-spent", `another request showed the voucher for ${cumulative}: sign a higher one`);
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
