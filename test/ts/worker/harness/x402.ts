import {
  createFreehold,
  encodeInput,
  encodeX402Request,
  exactAad,
  type Freehold,
  type Hex,
  IDEMPOTENCY_HEADER,
  newIdempotencyKey,
  requestHash,
  type SealedRequest,
  type SignedOffer,
  sealRequest,
  X402_ROUTE,
} from "@freehold/sdk";
import {
  decodeHeader,
  encodeHeader,
  exactPayment,
  PAYMENT_REQUIRED_HEADER,
  PAYMENT_RESPONSE_HEADER,
  PAYMENT_SIGNATURE_HEADER,
  type PaymentPayload,
  type PaymentRequired,
  type PaymentRequirements,
  type SettleResponse,
  sealedFetch,
} from "@freehold/sdk/x402";
import { x402Client } from "@x402/core/client";
import { ExactEvmScheme } from "@x402/evm/exact/client";
import { wrapFetchWithPayment } from "@x402/fetch";
import { expect } from "chai";
import type { HDNodeWallet } from "ethers";
import { privateKeyToAccount } from "viem/accounts";
import { send, type TestChain } from "./chain.ts";
import type { TestLine } from "./model.ts";

export const INPUT = { text: "profit" };
export const NETWORK = "eip155:31337";

/** A prepared request with its payment: the same bytes however often it is sent. */
export interface PreparedExact {
  readonly key: string;
  readonly body: string;
  readonly header: string;
  readonly payment: PaymentPayload;
  readonly sealed: SealedRequest;
  readonly hash: Hex;
  readonly offer: SignedOffer;
}

/** What came back over x402. */
export interface X402Answer {
  readonly status: number;
  readonly text: string;
  /** Of the problem in the body. */
  readonly code: string | undefined;
  readonly required: PaymentRequired | undefined;
  readonly settled: SettleResponse | undefined;
}

/** Somebody with tokens and a viem account: what a client of x402 has. */
export class X402Payer {
  readonly chain: TestChain;
  readonly wallet: HDNodeWallet;
  readonly freehold: Freehold;
  readonly scheme: ExactEvmScheme;

  private constructor(chain: TestChain, wallet: HDNodeWallet) {
    this.chain = chain;
    this.wallet = wallet;
    this.freehold = createFreehold({ signer: wallet, chainId: 31337, deployment: chain.deployment });
    this.scheme = new ExactEvmScheme(privateKeyToAccount(wallet.privateKey as Hex));
  }

  /** One who holds this much of the token's smallest unit. */
  static async create(chain: TestChain, tokens: bigint): Promise<X402Payer> {
    const wallet = await chain.account();
    await send(wallet, chain.token, "mint", wallet.address, tokens);
    return new X402Payer(chain, wallet);
  }

  /** The field's own client over our `sealedFetch`. */
  async fetch(url: string, line: TestLine, maxPrice = 1_000n): Promise<typeof globalThis.fetch> {
    const sealed = await sealedFetch(this.freehold, { endpoint: url, lineId: line.lineId, maxPrice });
    const client = new x402Client().register(NETWORK, this.scheme).setSpendControls(false);
    return wrapFetchWithPayment(sealed, client) as typeof globalThis.fetch;
  }

  /** Signs by the field's own client what a node asks for; `changes` make it wrong. */
  async sign(requirements: PaymentRequirements, changes: Partial<PaymentRequirements> = {}): Promise<PaymentPayload> {
    const accepted = { ...requirements, ...changes };
    const { x402Version, payload } = await this.scheme.createPaymentPayload(2, accepted as never);
    return { x402Version, accepted, payload: payload as Record<string, unknown> };
  }

  /** Seals for a payment. `offer` is what the node says; nothing is checked here. */
  async seal(
    offer: SignedOffer,
    payment: PaymentPayload,
    key = newIdempotencyKey(),
    input: object = INPUT,
  ): Promise<PreparedExact> {
    const { chainId, escrow, node, lineId, versionHash, hpkePublicKey } = offer;
    const paid = exactPayment(payment);
    const aad = exactAad({ chainId, escrow, node, lineId, versionHash, idempotencyKey: key, ...paid });
    const sealed = await sealRequest({ hpkePublicKey, aad, plaintext: encodeInput(input) });
    const body = JSON.stringify(encodeX402Request({ lineId, versionHash, ...sealed }));
    return { key, body, header: encodeHeader(payment), payment, sealed, hash: requestHash({ aad, ...sealed }), offer };
  }

  /** Asks, signs and seals. */
  async prepare(url: string, line: TestLine, changes: Partial<PaymentRequirements> = {}): Promise<PreparedExact> {
    const { offer } = await this.freehold.inference.watchOffer({
      endpoint: url,
      lineId: line.lineId,
      maxPrice: 1_000n,
    });
    return this.seal(offer, await this.sign(await exactTerms(url), changes));
  }

  balance(): Promise<bigint> {
    return balanceOf(this.chain, this.wallet.address);
  }
}

/** What an account holds, in the token's smallest unit. */
export async function balanceOf(chain: TestChain, account: string): Promise<bigint> {
  return (await chain.token.getFunction("balanceOf").staticCall(account)) as bigint;
}

/** Posts to the route; a header of undefined is left out. Network errors reject. */
export async function pay(
  url: string,
  { key, body, header }: { key?: string; body?: string; header?: string },
): Promise<X402Answer> {
  const headers: Record<string, string> = {};
  if (body !== undefined) headers["content-type"] = "application/json";
  if (key !== undefined) headers[IDEMPOTENCY_HEADER] = key;
  if (header !== undefined) headers[PAYMENT_SIGNATURE_HEADER] = header;
  const init = { method: "POST", headers, signal: AbortSignal.timeout(70_000) };
  const response = await fetch(`${url}${X402_ROUTE}`, body === undefined ? init : { ...init, body });
  const text = await response.text();
  const decoded = <T>(name: string) => {
    const value = response.headers.get(name);
    return value === null ? undefined : (decodeHeader(name, value) as unknown as T);
  };
  return {
    status: response.status,
    text,
    code: (JSON.parse(text) as { code?: string }).code,
    required: decoded<PaymentRequired>(PAYMENT_REQUIRED_HEADER),
    settled: decoded<SettleResponse>(PAYMENT_RESPONSE_HEADER),
  };
}

/** The node's terms for a transfer. */
export async function exactTerms(url: string): Promise<PaymentRequirements> {
  const { required } = await pay(url, {});
  const found = required?.accepts.find(({ scheme }) => scheme === "exact");
  expect(found, "exact is offered").not.to.equal(undefined);
  return found as PaymentRequirements;
}
