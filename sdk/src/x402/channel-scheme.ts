import type { Freehold } from "../client.js";
import { sameHex } from "../hex.js";
import { InferenceError } from "../inference/errors.js";
import type { Prepaid } from "../inference/prepaid.js";
import type { InferenceSession } from "../inference/session.js";
import { CHANNEL_SCHEME, type PaymentRequirements, X402_VERSION } from "./types.js";

/** Payload of the scheme `freehold-channel`: a voucher. */
export interface ChannelPayload extends Record<string, unknown> {
  channel: string;
  /** Units. */
  cumulative: string;
  signature: string;
}

/**
 * The scheme `freehold-channel` for an `x402Client` (a `SchemeNetworkClient`): pays from the channel of a session. What it signed
 * is sent by the `sealedFetch` that it was given to.
 */
export class FreeholdChannelScheme {
  readonly scheme = CHANNEL_SCHEME;
  readonly session: InferenceSession;
  readonly #chainId: bigint;
  readonly #unit: bigint;
  readonly #signed = new Map<string, Prepaid>();

  private constructor(session: InferenceSession, chainId: bigint, unit: bigint) {
    this.session = session;
    this.#chainId = chainId;
    this.#unit = unit;
  }

  /** Reads from the chain what a unit is. */
  static async over(freehold: Freehold, session: InferenceSession): Promise<FreeholdChannelScheme> {
    const { unit } = await freehold.escrow.parameters();
    return new FreeholdChannelScheme(session, freehold.chainId, unit);
  }

  /**
   * Signs a voucher for one more request, for exactly what is asked.
   * @throws InferenceError NODE_LIED when node, chain or amount are not the session's; and what the session throws
   */
  async createPaymentPayload(
    x402Version: number,
    requirements: PaymentRequirements,
  ): Promise<{ x402Version: number; payload: ChannelPayload }> {
    const { scheme, network, payTo, amount } = requirements;
    const isOurs = x402Version === X402_VERSION && scheme === CHANNEL_SCHEME && network === `eip155:${this.#chainId}`;
    if (!isOurs || !sameHex(payTo, this.session.node)) throw foreign(requirements);
    const prepaid = await this.session.prepay();
    if (prepaid.offer.price * this.#unit !== BigInt(amount)) {
      await prepaid.release();
      throw foreign(requirements);
    }
    const [channel, cumulative] = [prepaid.channel.toString(), prepaid.cumulative.toString()];
    this.#signed.set(nameOf(channel, cumulative), prepaid);
    return { x402Version, payload: { channel, cumulative, signature: prepaid.signature } };
  }

  /** What a payload was signed for; each is given out once. */
  take({ channel, cumulative }: Record<string, unknown>): Prepaid | undefined {
    const name = nameOf(String(channel), String(cumulative));
    const prepaid = this.#signed.get(name);
    this.#signed.delete(name);
    return prepaid;
  }
}

const nameOf = (channel: string, cumulative: string) => `${channel}/${cumulative}`;

function foreign(requirements: PaymentRequirements): InferenceError {
  return new InferenceError("NODE_LIED", "the payment that is asked for is not the one that the session verified", {
    details: { requirements },
    hint: "Connect the session to the node that is asked, and ask again when its price changed.",
  });
}
