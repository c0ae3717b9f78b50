import { max } from "../bigint.js";
import type { Context } from "../context.js";
import type { Domain } from "../eip712/domains.js";
import { signVoucher } from "../eip712/structs.js";
import type { Receipt } from "../eip712/types.js";
import { decoded } from "../errors/decode.js";
import type { Hex } from "../hex.js";
import { requestAad, requestHash, responseHash } from "../sealing/aad.js";
import { type SealedRequest, sealRequest } from "../sealing/seal.js";
import type { SignedOffer } from "../wire/offer.js";
import { decodeOutput, encodeInput } from "../wire/plaintext.js";
import { encodeRequest, newIdempotencyKey } from "../wire/request.js";
import { decodeResponse, type InferenceResponse } from "../wire/response.js";
import { chainTime } from "./chain.js";
import { InferenceError } from "./errors.js";
import { type Limits, routeOf } from "./http.js";
import { post, refusal } from "./post.js";
import { checkReceipt, checkWorkedAt } from "./receipt.js";
import type { ChannelState } from "./store.js";

/** One paid inference, verified. */
export interface InferenceResult<T> {
  output: T;
  /** What the enclave signed: evidence in a challenge. */
  receipt: Receipt;
  /** Of the attested receipt key over `receipt`. */
  signature: Hex;
  /** Units. */
  paid: bigint;
}

/** What an exchange needs; all of it is verified already. */
export interface ExchangeParameters {
  endpoint: string;
  domain: Domain;
  offer: SignedOffer;
  channel: bigint;
  state: ChannelState;
  /** The chain's time when the offer was checked. */
  now: bigint;
  input: unknown;
  /** Remembers the channel's state; called before a voucher leaves and when a receipt is accepted. */
  save: (state: ChannelState) => Promise<void>;
}

/** Pays, seals, sends, verifies, opens. Throws {@link InferenceError} for whatever does not verify. */
export async function exchange<T>(ctx: Context, p: ExchangeParameters, limits: Limits): Promise<InferenceResult<T>> {
  const { offer, domain, channel, state } = p;
  const { node, lineId, versionHash, price } = offer;
  const cumulative = state.metered + price;
  const signed = max(cumulative, state.signed);
  const voucher = await decoded("InferenceEscrow", () =>
    signVoucher(ctx.signer, domain, { node, channel, lineId, cumulative }),
  );
  await p.save({ ...state, signed });

  const idempotencyKey = newIdempotencyKey();
  const escrow = domain.verifyingContract;
  const aad = requestAad({
    chainId: ctx.chainId,
    escrow,
    node,
    channel,
    lineId,
    versionHash,
    idempotencyKey,
    cumulative,
  });
  const sealed = await sealRequest({ hpkePublicKey: offer.hpkePublicKey, aad, plaintext: encodeInput(p.input) });
  const { enc, ciphertext } = sealed;
  const body = { channel, lineId, versionHash, voucher: { cumulative, signature: voucher }, enc, ciphertext };
  const url = routeOf(p.endpoint, "/v1/inference");
  const answer = await post(url, JSON.stringify(encodeRequest(body)), idempotencyKey, limits);
  if (answer.status !== 200) throw refusal(url, answer);

  const response = decode(answer.body);
  const { receipt, signature } = response;
  const hash = requestHash({ aad, enc, ciphertext });
  const seq = state.seq + 1n;
  checkReceipt(domain, receipt, signature, offer.receiptKey, {
    node,
    channel,
    seq,
    cumulative,
    price,
    lineId,
    versionHash,
    requestHash: hash,
    responseHash: responseHash(response),
  });
  checkWorkedAt(receipt.workedAt, p.now, receipt.workedAt > p.now ? await chainTime(ctx) : p.now);
  await p.save({ signed, metered: cumulative, seq });
  return { output: (await open(sealed, response, hash)) as T, receipt, signature, paid: price };
}

function decode(body: unknown): InferenceResponse {
  try {
    return decodeResponse(body);
  } catch (cause) {
    throw new InferenceError("RESPONSE_MALFORMED", `the node's answer is malformed: ${String(cause)}`, { cause });
  }
}

async function open(sealed: SealedRequest, response: InferenceResponse, hash: Hex): Promise<unknown> {
  const { nonce, ciphertext } = response;
  try {
    return decodeOutput(await sealed.openResponse({ nonce, ciphertext, requestHash: hash }));
  } catch (cause) {
    throw new InferenceError("RESPONSE_UNREADABLE", "the response is receipted, and cannot be opened", { cause });
  }
}
