import type { Context } from "../context.js";
import type { Domain } from "../eip712/domains.js";
import type { TypedDataSigner } from "../eip712/struct.js";
import { signVoucher } from "../eip712/structs.js";
import type { Receipt } from "../eip712/types.js";
import { decoded } from "../errors/decode.js";
import type { Hex } from "../hex.js";
import { requestAad, requestHash, responseHash } from "../sealing/aad.js";
import { type SealedRequest, sealRequest } from "../sealing/seal.js";
import type { SignedOffer } from "../wire/offer.js";
import type { Opening } from "../wire/opening.js";
import { decodeAnswer, encodeInput } from "../wire/plaintext.js";
import { encodeReceipt } from "../wire/receipt.js";
import { encodeRequest, type InferenceRequest } from "../wire/request.js";
import { decodeResponse, type InferenceResponse } from "../wire/response.js";
import { accept } from "./accept.js";
import { chainTime } from "./chain.js";
import { InferenceError } from "./errors.js";
import { type Limits, routeOf } from "./http.js";
import type { Ledger } from "./ledger.js";
import { checkOpening } from "./opening.js";
import { type Fate, post, refusal } from "./post.js";
import { checkReceipt, checkWorkedAt, receiptRefused } from "./receipt.js";
import { lied } from "./recover.js";
import type { ChannelState, Ticket } from "./state.js";
import { lose, release } from "./tickets.js";

/** One paid inference, verified. */
export interface InferenceResult<T> {
  output: T;
  /** What the enclave signed: evidence in a challenge. */
  receipt: Receipt;
  /** Of the attested receipt key over `receipt`. */
  signature: Hex;
  /** Units. */
  paid: bigint;
  /** What opens the receipt's commitments; undefined for a model that no circuit expresses. */
  opening?: Opening | undefined;
}

/** What an exchange needs; all of it is verified already, and the ticket is in the ledger. */
export interface ExchangeParameters {
  endpoint: string;
  domain: Domain;
  offer: SignedOffer;
  channel: bigint;
  signer: TypedDataSigner;
  ledger: Ledger<ChannelState>;
  ticket: Ticket;
  /** The chain's time when the offer was checked. */
  now: bigint;
  input: unknown;
  /** The voucher's signature, when it is signed already. */
  voucher?: Hex;
  /** How the request travels; default: as docs/protocol.md 4.2 says. */
  carrier?: Carrier;
}

/** Another way to the node than `POST /v1/inference`. */
export interface Carrier {
  url: string;
  headers: Readonly<Record<string, string>>;
  /** The body. */
  encode(request: InferenceRequest): string;
}

/**
 * Pays, seals, sends, verifies, opens; and settles the ticket: committed when the receipt is verified, released when the node
 * says that it metered nothing, lost when nobody knows. Throws {@link InferenceError} for whatever does not verify.
 */
export async function exchange<T>(ctx: Context, p: ExchangeParameters, limits: Limits): Promise<InferenceResult<T>> {
  const fate: Fate = { isDoubtful: false };
  try {
    return await exchanged<T>(ctx, p, limits, fate);
  } catch (error) {
    const billed = await settle(p, fate);
    if (!billed) throw error;
    throw lied({ what: "metered a request that it refused", details: { request: p.ticket.id } });
  }
}

/** The voucher that pays for a ticket. */
export function signTicket(
  p: Pick<ExchangeParameters, "domain" | "offer" | "channel" | "signer" | "ticket">,
): Promise<Hex> {
  const { node, lineId } = p.offer;
  const { channel } = p;
  const { cumulative } = p.ticket;
  return decoded("InferenceEscrow", () => signVoucher(p.signer, p.domain, { node, channel, lineId, cumulative }));
}

function ownCarrier(endpoint: string): Carrier {
  const encode = (request: InferenceRequest) => JSON.stringify(encodeRequest(request));
  return { url: routeOf(endpoint, "/v1/inference"), headers: {}, encode };
}

async function exchanged<T>(
  ctx: Context,
  p: ExchangeParameters,
  limits: Limits,
  fate: Fate,
): Promise<InferenceResult<T>> {
  const { offer, domain, channel } = p;
  const { node, lineId, versionHash, price } = offer;
  const { id: idempotencyKey, cumulative } = p.ticket;
  const voucher = p.voucher ?? (await signTicket(p));
  const bound = { chainId: ctx.chainId, escrow: domain.verifyingContract, node, channel, lineId, versionHash };
  const aad = requestAad({ ...bound, idempotencyKey, cumulative });
  const sealed = await sealRequest({ hpkePublicKey: offer.hpkePublicKey, aad, plaintext: encodeInput(p.input) });
  const { enc, ciphertext } = sealed;
  const body = { channel, lineId, versionHash, voucher: { cumulative, signature: voucher }, enc, ciphertext };
  const { url, headers, encode } = p.carrier ?? ownCarrier(p.endpoint);
  const answer = await post(url, encode(body), idempotencyKey, limits, fate, headers);
  if (answer.status !== 200) throw refusal(url, answer);

  const response = decode(answer.body);
  const { receipt, signature } = response;
  const hash = requestHash({ aad, enc, ciphertext });
  checkReceipt(domain, receipt, signature, offer.receiptKey, {
    node,
    channel,
    maxPrice: price,
    lineId,
    versionHash,
    requestHash: hash,
    responseHash: responseHash(response),
  });
  await checkWorkedAt(receipt.workedAt, p.now, () => chainTime(ctx));
  await commit(p, receipt, signature);
  const { output, opening } = await open(sealed, response, hash);
  await checkOpening({ input: p.input, output, opening, receipt, signature });
  return { output: output as T, receipt, signature, paid: receipt.price, ...(opening && { opening }) };
}

/** Takes the receipt into the ledger, if it fits to all others. */
async function commit({ ledger, ticket }: ExchangeParameters, receipt: Receipt, signature: Hex): Promise<void> {
  await ledger.update((state) => {
    if (state === undefined) return [state, undefined];
    const next = accept(state, ticket, receipt);
    if (!("code" in next)) return [next, undefined];
    const { code, field, expected } = next;
    throw receiptRefused(code, field, expected, receipt[field], { receipt: encodeReceipt(receipt), signature });
  });
}

/** What becomes of the ticket of a request that failed; whether it was metered although the node refused it. */
export async function settle(
  { ledger, ticket }: Pick<ExchangeParameters, "ledger" | "ticket">,
  { isDoubtful }: Fate,
): Promise<boolean> {
  try {
    return await ledger.update((state) => {
      if (state === undefined) return [state, false];
      if (isDoubtful) return [lose(state, ticket.id), false];
      const [next, outcome] = release(state, ticket.id);
      return [next, outcome === "billed"];
    });
  } catch {
    // The store failed too. The ticket stays, and is lost when its time is over.
    return false;
  }
}

function decode(body: unknown): InferenceResponse {
  try {
    return decodeResponse(body);
  } catch (cause) {
    throw new InferenceError("RESPONSE_MALFORMED", `the node's answer is malformed: ${String(cause)}`, { cause });
  }
}

async function open(sealed: SealedRequest, response: InferenceResponse, hash: Hex) {
  const { nonce, ciphertext } = response;
  try {
    return decodeAnswer(await sealed.openResponse({ nonce, ciphertext, requestHash: hash }));
  } catch (cause) {
    throw new InferenceError("RESPONSE_UNREADABLE", "the response is receipted, and cannot be opened", { cause });
  }
}
