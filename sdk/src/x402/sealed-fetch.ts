import type { Freehold } from "../client.js";
import { FreeholdError } from "../errors/base.js";
import type { Hex } from "../hex.js";
import { InferenceError } from "../inference/errors.js";
import { deadline, fetchJson, type Limits, routeOf } from "../inference/http.js";
import type { OfferWatch } from "../inference/offer-watch.js";
import { MAX_RESPONSE_BYTES, TIMEOUT_MS } from "../inference/parameters.js";
import { refusal } from "../inference/post.js";
import { encodeExactReceipt, encodeX402Request, X402_ROUTE } from "../wire/exact.js";
import { encodeReceipt } from "../wire/receipt.js";
import type { FreeholdChannelScheme } from "./channel-scheme.js";
import { exactExchange, exactPayment } from "./exact.js";
import { decodeHeader, encodeHeader } from "./header.js";
import { confirmed, decodePaymentRequired, type Money } from "./terms.js";
import {
  CHANNEL_SCHEME,
  PAYMENT_REQUIRED_HEADER,
  PAYMENT_RESPONSE_HEADER,
  PAYMENT_SIGNATURE_HEADER,
  type PaymentPayload,
} from "./types.js";

/** Whom to ask, and what may be paid. */
export interface SealedFetchParameters {
  /** Base URL of the node. */
  endpoint: string;
  lineId: Hex;
  /** Most units per inference, whatever the scheme. */
  maxPrice: bigint;
  /** The node, when only one will do. */
  node?: string;
  /** The scheme that signs vouchers, when channels may pay. */
  channel?: FreeholdChannelScheme;
  /** Milliseconds for a request; default 120,000: an exact payment waits for its transfer. */
  timeoutMs?: number;
  /** Most bytes of a response; default 4 MiB. */
  maxResponseBytes?: number;
}

/** What comes back as JSON: the opened output, and what the enclave signed, in the forms of the wire. */
export interface SealedAnswer<T> {
  output: T;
  receipt: Record<string, string>;
  signature: Hex;
}

/** Milliseconds for an inference and a transfer. */
const EXACT_TIMEOUT_MS = 4 * TIMEOUT_MS;

/**
 * A `fetch` for `wrapFetchWithPayment` of @x402/fetch: `POST <endpoint>/v1/x402/inference` with the body `{"input": …}` answers
 * with a {@link SealedAnswer}. It shows the payer only such ways to pay as the chain confirms, seals the input to the attested
 * enclave and to the payment, and verifies and opens what comes back. The plaintext leaves by no other way.
 * @throws InferenceError whatever does not verify is refused
 */
export async function sealedFetch(freehold: Freehold, params: SealedFetchParameters): Promise<typeof globalThis.fetch> {
  const {
    endpoint,
    lineId,
    maxPrice,
    node,
    timeoutMs = EXACT_TIMEOUT_MS,
    maxResponseBytes = MAX_RESPONSE_BYTES,
  } = params;
  const url = routeOf(endpoint, X402_ROUTE);
  const watched = node === undefined ? { endpoint, lineId, maxPrice } : { endpoint, lineId, maxPrice, node };
  const [offers, money] = await Promise.all([freehold.inference.watchOffer(watched), freehold.escrow.parameters()]);
  const route = { freehold, offers, money, maxPrice, url, channel: params.channel };
  return async (input, init) => {
    const request = new Request(input, init);
    if (request.url !== url || request.method !== "POST") throw wrongRoute(request, url);
    const limits = { signal: deadline(timeoutMs, request.signal), maxBytes: maxResponseBytes };
    const header = request.headers.get(PAYMENT_SIGNATURE_HEADER);
    return header === null ? askPrice(route, limits) : pay(route, header, await inputOf(request), limits);
  };
}

interface Route {
  freehold: Freehold;
  offers: OfferWatch;
  money: Money;
  maxPrice: bigint;
  url: string;
  channel: FreeholdChannelScheme | undefined;
}

/** The node's 402, without what the chain does not confirm. Nothing of the input is sent. */
async function askPrice(route: Route, limits: Limits): Promise<Response> {
  const { freehold, money, maxPrice, url } = route;
  const answer = await fetchJson(url, { method: "POST" }, limits);
  if (answer.status !== 402) throw refusal(url, answer);
  const required = decodePaymentRequired(answer.headers.get(PAYMENT_REQUIRED_HEADER));
  const { offer } = await route.offers.verified(limits);
  const honest = await confirmed(freehold, money, offer, maxPrice, required);
  const headers = { "content-type": "application/json", [PAYMENT_REQUIRED_HEADER]: encodeHeader(honest) };
  return new Response(JSON.stringify(honest), { status: 402, headers });
}

async function pay(route: Route, header: string, input: unknown, limits: Limits): Promise<Response> {
  const payload = decodeHeader(PAYMENT_SIGNATURE_HEADER, header) as unknown as PaymentPayload;
  return payload.accepted.scheme === CHANNEL_SCHEME
    ? payByChannel(route, header, payload, input)
    : payExactly(route, header, payload, input, limits);
}

async function payExactly(
  route: Route,
  header: string,
  payload: PaymentPayload,
  input: unknown,
  limits: Limits,
): Promise<Response> {
  const { freehold, offers, money, maxPrice, url } = route;
  const { offer, now } = await offers.verified(limits);
  const { resource = { url }, accepted } = payload;
  await confirmed(freehold, money, offer, maxPrice, { x402Version: 2, resource, accepts: [accepted] });
  const payment = exactPayment(payload);
  const chainTime = () => offers.chainTime();
  const result = await exactExchange({ url, offer, now, chainTime, payment, header, input }, limits);
  const { output, receipt, signature, settlement } = result;
  return answered({ output, receipt: encodeExactReceipt(receipt), signature }, settlement);
}

async function payByChannel(route: Route, header: string, payload: PaymentPayload, input: unknown): Promise<Response> {
  const prepaid = route.channel?.take(payload.payload);
  if (prepaid === undefined) {
    throw new FreeholdError(
      "INVALID_ARGUMENT",
      "this voucher is not one that the channel scheme signed for one request",
      {
        hint: "Give sealedFetch the FreeholdChannelScheme that the x402 client has.",
      },
    );
  }
  const carrier = {
    url: route.url,
    headers: { [PAYMENT_SIGNATURE_HEADER]: header },
    encode: (request: Parameters<typeof encodeX402Request>[0]) => JSON.stringify(encodeX402Request(request)),
  };
  const { output, receipt, signature, paid } = await prepaid.send(input, carrier);
  const { network } = payload.accepted;
  const amount = (paid * route.money.unit).toString();
  const settlement = encodeHeader({ success: true, transaction: "", network, amount });
  return answered({ output, receipt: encodeReceipt(receipt), signature }, settlement);
}

function answered(answer: SealedAnswer<unknown>, settlement: string): Response {
  const headers = { "content-type": "application/json", [PAYMENT_RESPONSE_HEADER]: settlement };
  return new Response(JSON.stringify(answer), { status: 200, headers });
}

async function inputOf(request: Request): Promise<unknown> {
  try {
    const json: unknown = JSON.parse(await request.text());
    if (typeof json === "object" && json !== null && Object.hasOwn(json, "input")) {
      return (json as { input: unknown }).input;
    }
  } catch {
    // It is refused below, without its text: that is a secret.
  }
  throw new FreeholdError("INVALID_ARGUMENT", "the body is not JSON with the member `input`");
}

function wrongRoute({ method, url }: Request, expected: string): InferenceError {
  return new InferenceError("INVALID_ENDPOINT", `${method} ${url} is not the sealed route: the input stays here`, {
    details: { method, url, expected },
    hint: `POST to ${expected}.`,
  });
}
