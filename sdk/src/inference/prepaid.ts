import type { Hex } from "../hex.js";
import type { SignedOffer } from "../wire/offer.js";
import type { Carrier, InferenceResult } from "./exchange.js";

/** A voucher that is signed for one request, which can travel by another route than the session's own. */
export interface Prepaid {
  readonly channel: bigint;
  /** Units. */
  readonly cumulative: bigint;
  /** Of the channel's signer over the voucher. */
  readonly signature: Hex;
  readonly idempotencyKey: string;
  /** What was verified, and what the request is sealed to. */
  readonly offer: SignedOffer;
  /** Seals, sends by the carrier and verifies, once. `T` is what the model answers. Throws {@link InferenceError}. */
  send<T>(input: unknown, carrier: Carrier): Promise<InferenceResult<T>>;
  /** Gives the money back to the session when nothing was sent. */
  release(): Promise<void>;
}
