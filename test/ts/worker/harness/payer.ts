import {
  decodeOffer,
  decodeOutput,
  decodeResponse,
  encodeInput,
  encodeRequest,
  escrowDomain,
  IDEMPOTENCY_HEADER,
  type InferenceResponse,
  newIdempotencyKey,
  recoverReceipt,
  requestAad,
  requestHash,
  responseHash,
  type SealedRequest,
  type SignedOffer,
  sameHex,
  sealRequest,
  signVoucher,
} from "@freehold/sdk";
import { expect } from "chai";
import { type Contract, type HDNodeWallet, ZeroAddress } from "ethers";
import { send, type TestChain } from "./chain.ts";

/** A prepared request: the same bytes however often it is sent. */
export interface Prepared {
  readonly key: string;
  readonly body: string;
  readonly json: ReturnType<typeof encodeRequest>;
  readonly sealed: SealedRequest;
  readonly hash: `0x${string}`;
  readonly offer: SignedOffer;
}

export interface Changes {
  readonly cumulative?: bigint;
  readonly signer?: HDNodeWallet;
  readonly versionHash?: `0x${string}`;
  readonly key?: string;
}

/** A payer with one channel, who speaks docs/protocol.md 4 by himself. */
export class Payer {
  readonly chain: TestChain;
  readonly wallet: HDNodeWallet;
  readonly node: string;
  readonly lineId: `0x${string}`;
  readonly channel: bigint;
  /** Units promised so far. */
  promised = 0n;

  constructor(chain: TestChain, wallet: HDNodeWallet, node: string, lineId: `0x${string}`, channel: bigint) {
    this.chain = chain;
    this.wallet = wallet;
    this.node = node;
    this.lineId = lineId;
    this.channel = channel;
  }

  static async open(
    chain: TestChain,
    node: string,
    lineId: `0x${string}`,
    units: bigint,
    optimistic = false,
  ): Promise<Payer> {
    const wallet = await chain.account();
    await send(wallet, chain.token, "mint", wallet.address, 10n * units);
    await send(wallet, chain.token, "approve", await chain.escrow.getAddress(), 10n * units);
    const escrow = chain.escrow.connect(wallet) as Contract;
    const transaction = await escrow.getFunction("open").send({
      node,
      lineId,
      payer: ZeroAddress,
      signer: ZeroAddress,
      amount: units,
      closeDelay: 86_400,
      optimistic,
    });
    const receipt = await transaction.wait();
    const opened = receipt?.logs
      .map((log) => chain.escrow.interface.parseLog(log))
      .find((e) => e?.name === "ChannelOpened");
    return new Payer(chain, wallet, node, lineId, opened?.args.channel as bigint);
  }

  async offer(url: string): Promise<SignedOffer> {
    const response = await fetch(`${url}/v1/attestation`);
    expect(response.status, await response.clone().text()).to.equal(200);
    return decodeOffer(await response.json());
  }

  /** Promises the price of one more inference: requests that run at once take one each. Returns the sum. */
  promise(price: bigint): bigint {
    this.promised += price;
    return this.promised;
  }

  /** Seals and pays for one inference; `changes` make it wrong. */
  async prepare(offer: SignedOffer, input: unknown, changes: Changes = {}): Promise<Prepared> {
    const cumulative = changes.cumulative ?? this.promised + offer.price;
    const versionHash = changes.versionHash ?? offer.versionHash;
    const { channel, node } = this;
    const { lineId, chainId, escrow } = offer;
    const key = changes.key ?? newIdempotencyKey();
    const aad = requestAad({ chainId, escrow, node, channel, lineId, versionHash, idempotencyKey: key, cumulative });
    const sealed = await sealRequest({ hpkePublicKey: offer.hpkePublicKey, aad, plaintext: encodeInput(input) });
    const domain = escrowDomain(chainId, escrow);
    const signature = await signVoucher(changes.signer ?? this.wallet, domain, { node, channel, lineId, cumulative });
    const json = encodeRequest({ channel, lineId, versionHash, voucher: { cumulative, signature }, ...sealed });
    const hash = requestHash({ aad, ...sealed });
    return { key, body: JSON.stringify(json), json, sealed, hash, offer };
  }

  /** Opens and checks an answer as a careful client does. */
  async open(prepared: Prepared, response: InferenceResponse): Promise<unknown> {
    const { receipt, signature } = response;
    const { offer } = prepared;
    const domain = escrowDomain(offer.chainId, offer.escrow);
    expect(sameHex(recoverReceipt(domain, receipt, signature), offer.receiptKey), "receipt key").to.equal(true);
    expect(receipt.requestHash).to.equal(prepared.hash);
    expect(receipt.responseHash).to.equal(responseHash(response));
    expect(receipt.versionHash).to.equal(prepared.json.versionHash);
    const opened = await prepared.sealed.openResponse({ ...response, requestHash: prepared.hash });
    return decodeOutput(opened);
  }

  /** One paid inference from offer to output. */
  async infer(url: string, input: unknown = { text: "profit" }): Promise<InferenceResponse & { output: unknown }> {
    const prepared = await this.prepare(await this.offer(url), input);
    const answer = await post(url, prepared);
    expect(answer.status, answer.text).to.equal(200);
    const response = decodeResponse(JSON.parse(answer.text));
    this.promised = response.receipt.cumulative;
    return { ...response, output: await this.open(prepared, response) };
  }

  /** Units that the escrow has paid from this channel. */
  async paid(): Promise<bigint> {
    return (await this.chain.escrow.getFunction("channelOf").staticCall(this.node, this.lineId, this.channel))
      .paid as bigint;
  }
}

export interface Answer {
  readonly status: number;
  readonly type: string;
  readonly text: string;
  readonly code: string | undefined;
  readonly details: Readonly<Record<string, unknown>>;
}

/** Posts a request. Network errors reject. */
export async function post(
  url: string,
  { key, body }: { key?: string | undefined; body: string | Uint8Array<ArrayBuffer> },
  route = "/v1/inference",
): Promise<Answer> {
  const headers = { "content-type": "application/json", ...(key === undefined ? {} : { [IDEMPOTENCY_HEADER]: key }) };
  const response = await fetch(`${url}${route}`, {
    method: "POST",
    headers,
    body,
    signal: AbortSignal.timeout(20_000),
  });
  const text = await response.text();
  const json = text.startsWith("{") ? (JSON.parse(text) as { code?: string; details?: Record<string, unknown> }) : {};
  const type = response.headers.get("content-type") ?? "";
  return { status: response.status, type, text, code: json.code, details: json.details ?? {} };
}
