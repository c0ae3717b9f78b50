import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import {
  type ChannelRecovery,
  decodeIdempotencyKey,
  decodeInput,
  decodeRequest,
  encodeOffer,
  encodeOutput,
  encodeRecovery,
  encodeResponse,
  escrowDomain,
  generateHpkeKeyPair,
  type Hex,
  type HpkeKeyPair,
  type InferenceRequest,
  type InferenceResponse,
  offerStruct,
  openRequest,
  type ProblemCode,
  problem,
  type Receipt,
  recoverVoucher,
  requestAad,
  requestHash,
  responseHash,
  type SignedOffer,
  signOffer,
  signReceipt,
  ZERO_HASH,
} from "@freehold/sdk";
import { id, Wallet } from "ethers";
import { MEASUREMENT, type World } from "./world.ts";

/** How a node can go wrong; each part is asked at its moment. */
export interface Misbehaviour {
  /** Changes the offer before it is signed. */
  offer?: (offer: Omit<SignedOffer, "signature">) => Omit<SignedOffer, "signature">;
  /** Changes the offer's JSON after it was signed. */
  offerJson?: (json: Record<string, unknown>) => unknown;
  /** Changes the receipt before the enclave signs it. */
  receipt?: (receipt: Receipt) => Receipt;
  /** Changes the response after it was signed and stored. */
  response?: (response: InferenceResponse) => InferenceResponse;
  /** Answers in place of everything else; says whether it did. Called once per POST, before the work. */
  before?: (response: ServerResponse, post: number) => boolean;
  /** The same, after the work was done, metered and stored. */
  after?: (response: ServerResponse, post: number) => boolean;
  /** Holds a request up on its way to the work: how requests overtake each other. */
  arrive?: (post: number) => Promise<void>;
  /** Holds an answer up on its way back. */
  leave?: (post: number) => Promise<void>;
  /** Answers with this refusal after the work was done, metered and stored. */
  billsRefusal?: (post: number) => boolean;
  recovery?: (recovery: ChannelRecovery) => ChannelRecovery;
  /** Signs with another key than the attested one. */
  signer?: Wallet;
}

/** Speaks docs/protocol.md: real keys, real seals, real receipts, a meter. Keeps to it as long as nobody misbehaves. */
export class TestNode {
  misbehaviour: Misbehaviour = {};
  price = 100n;
  node: Hex;
  lineId: Hex;
  /** Requests that came in, by their bodies. */
  readonly posts: { key: string; body: string }[] = [];
  mostAtOnce = 0;
  readonly enclave: Wallet;
  readonly #world: World;
  readonly #keyPair: HpkeKeyPair;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #responses = new Map<string, string>();
  /** Every receipt that was ever signed. */
  readonly receipts: Receipt[] = [];
  readonly channels = new Map<bigint, ChannelRecovery>();
  /** Vouchers that paid, by channel. */
  readonly #spent = new Map<bigint, Set<bigint>>();
  #atOnce = 0;
  /** Work is done one after the other, as the worker's gate has it. */
  #tail: Promise<unknown> = Promise.resolve();

  private constructor(world: World, keyPair: HpkeKeyPair, enclave: Wallet) {
    this.#world = world;
    this.#keyPair = keyPair;
    this.enclave = enclave;
    this.node = "0x";
    this.lineId = "0x";
    this.#server = createServer((request, response) => {
      this.#route(request, response).catch((error: unknown) => {
        if (!response.headersSent) response.writeHead(500);
        response.end(String(error));
      });
    });
    this.#server.on("connection", (socket) => {
      this.#sockets.add(socket);
      socket.on("close", () => this.#sockets.delete(socket));
    });
  }

  static async start(world: World, seed: string): Promise<TestNode> {
    const node = new TestNode(world, await generateHpkeKeyPair(), new Wallet(id(seed)));
    await new Promise<void>((resolve) => node.#server.listen(0, "127.0.0.1", resolve));
    return node;
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  get endpoint(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/node/`;
  }

  get keys() {
    return { receiptKey: this.enclave.address, hpkePublicKey: this.#keyPair.publicKey };
  }

  get domain() {
    return escrowDomain(this.#world.chainId, this.#world.address("InferenceEscrow"));
  }

  async #route(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = (request.url ?? "").replace("/node", "");
    if (path === "/v1/attestation") return reply(response, 200, await this.#offer());
    const channel = /^\/v1\/channels\/([0-9]+)$/.exec(path)?.[1];
    if (channel !== undefined) {
      const recovery = this.#channel(BigInt(channel));
      return reply(response, 200, encodeRecovery(this.misbehaviour.recovery?.(recovery) ?? recovery));
    }
    if (path !== "/v1/inference" || request.method !== "POST") return reply(response, 404, {});
    this.mostAtOnce = Math.max(this.mostAtOnce, ++this.#atOnce);
    try {
      await this.#inference(request, response);
    } finally {
      this.#atOnce--;
    }
  }

  async #inference(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks).toString();
    const key = decodeIdempotencyKey(request.headers["idempotency-key"]);
    this.posts.push({ key, body });
    const post = this.posts.length;
    if (this.misbehaviour.before?.(response, post)) return;
    await this.misbehaviour.arrive?.(post);
    const work = this.#tail.then(() => this.#stored(key, body));
    this.#tail = work.catch(() => undefined);
    const stored = await work;
    await this.misbehaviour.leave?.(post);
    if (typeof stored !== "string") return reply(response, stored.status, stored);
    if (this.misbehaviour.billsRefusal?.(post)) return reply(response, 422, problem("bad-input", "no such tensor"));
    if (this.misbehaviour.after?.(response, post)) return;
    response.writeHead(200, { "content-type": "application/json" }).end(stored);
  }

  async #stored(key: string, body: string) {
    const known = this.#responses.get(key);
    if (known !== undefined) return known;
    const done = await this.#work(decodeRequest(JSON.parse(body)), key);
    if (typeof done === "string") this.#responses.set(key, done);
    return done;
  }

  /** Forgets what a crash without a durable store would have lost: the stored responses, or the meter. */
  forget(what: "responses" | "meter"): void {
    if (what === "responses") this.#responses.clear();
    else {
      this.channels.clear();
      this.#spent.clear();
    }
  }

  /** The JSON of a response, or a problem. */
  async #work(request: InferenceRequest, idempotencyKey: string) {
    const { channel, lineId, versionHash, voucher, enc, ciphertext } = request;
    const refuse = (code: ProblemCode, details = {}) => problem(code, code, details);
    const line = await this.#world.owner.deltas.lineOf({ lineId: this.lineId });
    if (lineId !== this.lineId || versionHash !== line.activeHash) return refuse("version-not-served");
    const { signer, deposited } = await this.#world.operator.escrow.channelOf({
      node: this.node,
      lineId: this.lineId,
      channel,
    });
    const struct = { node: this.node, channel, lineId, cumulative: voucher.cumulative };
    if (recoverVoucher(this.domain, struct, voucher.signature) !== signer) return refuse("bad-voucher-signature");
    const state = this.#channel(channel);
    const cumulative = state.metered + this.price;
    // Vouchers come in any order: the highest counts.
    const highest = (state.voucher?.cumulative ?? 0n) > voucher.cumulative ? state.voucher : voucher;
    if ((highest?.cumulative ?? 0n) < cumulative) {
      return refuse("voucher-too-low", { required: cumulative.toString() });
    }
    if (this.#spent.get(channel)?.has(voucher.cumulative)) return refuse("voucher-spent");
    if (deposited < voucher.cumulative) return refuse("insufficient-deposit");

    const { chainId, verifyingContract: escrow } = this.domain;
    const bound = { chainId, escrow, node: this.node, channel, lineId, versionHash, idempotencyKey };
    const aad = requestAad({ ...bound, cumulative: voucher.cumulative });
    const opened = await openRequest({ keyPair: this.#keyPair, enc, ciphertext, aad });
    const { text } = decodeInput(opened.plaintext) as { text: string };
    if (text === "") return refuse("bad-input");
    const output = { label: text.includes("rises") ? "positive" : "negative", class: 2, logits: [`${text.length}`] };
    const hash = requestHash({ aad, enc, ciphertext });
    const sealed = await opened.sealResponse(encodeOutput(output), hash);
    const honest: Receipt = {
      node: this.node,
      channel,
      seq: state.seq + 1n,
      cumulative,
      price: this.price,
      lineId,
      versionHash,
      requestHash: hash,
      responseHash: responseHash(sealed),
      inputCommitment: ZERO_HASH,
      outputCommitment: ZERO_HASH,
      workedAt: BigInt(await this.#world.networkHelpers.time.latest()),
    };
    const receipt = this.misbehaviour.receipt?.(honest) ?? honest;
    const signature = await signReceipt(this.misbehaviour.signer ?? this.enclave, this.domain, receipt);
    this.receipts.push(receipt);
    this.#spent.set(channel, (this.#spent.get(channel) ?? new Set()).add(voucher.cumulative));
    this.channels.set(channel, { channel, seq: honest.seq, metered: cumulative, voucher: highest, receipt, signature });
    const response: InferenceResponse = { receipt, signature, ...sealed };
    return JSON.stringify(encodeResponse(this.misbehaviour.response?.(response) ?? response));
  }

  async #offer(): Promise<unknown> {
    const world = this.#world;
    const line = await world.owner.deltas.lineOf({ lineId: this.lineId });
    const { validUntil } = await world.operator.nodes.enclaveOf({ receiptKey: this.enclave.address });
    const honest = {
      chainId: world.chainId,
      escrow: world.address("InferenceEscrow"),
      nodeRegistry: world.address("NodeRegistry"),
      deltaLedger: world.address("DeltaLedger"),
      node: this.node,
      ...(this.keys as { receiptKey: Hex; hpkePublicKey: Hex }),
      measurementId: MEASUREMENT,
      validUntil,
      modelId: line.modelId,
      lineId: this.lineId,
      version: Number(line.active),
      versionHash: line.activeHash,
      price: this.price,
      issuedAt: BigInt(await world.networkHelpers.time.latest()),
    };
    const offer = this.misbehaviour.offer?.(honest) ?? honest;
    const signer = this.misbehaviour.signer ?? this.enclave;
    const json = encodeOffer({ ...offer, signature: await signOffer(signer, this.domain, offerStruct(offer)) });
    return this.misbehaviour.offerJson?.(json) ?? json;
  }

  #channel(channel: bigint): ChannelRecovery {
    const none = { channel, seq: 0n, metered: 0n, voucher: null, receipt: null, signature: null };
    return this.channels.get(channel) ?? none;
  }
}

function reply(response: ServerResponse, status: number, body: unknown): void {
  const type = status === 200 ? "application/json" : "application/problem+json";
  response.writeHead(status, { "content-type": type }).end(JSON.stringify(body));
}
