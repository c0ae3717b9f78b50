import {
  type Domain,
  encodeResponse,
  escrowDomain,
  type Hex,
  type InferenceRequest,
  type Receipt,
  receiptIdOf,
  requestAad,
  requestHash,
} from "@freehold/sdk";
import type { Channels } from "../chain/channels.js";
import type { Enclave } from "../enclave/enclave.js";
import type { Finished, Meter } from "../enclave/jobs.js";
import { WorkerError } from "../errors.js";
import { Refusal } from "../http/refusal.js";
import type { Metrics } from "../metrics.js";
import type { ServedVersion } from "../model/load.js";
import type { ServedVersions } from "../model/served.js";
import type { Store } from "../store/index.js";
import { requireChannel, requireIndex } from "./channel.js";
import type { Gate } from "./gate.js";
import { Idempotency, type RequestIdentity } from "./idempotency.js";
import { requirePayment } from "./payment.js";
import type { Serving } from "./serving.js";

/** Steps of the meter that other replicas may take before a request is told to come again. */
const MAX_TRIES = 10;

export interface InferenceParts {
  readonly store: Store;
  readonly enclave: Enclave;
  readonly versions: ServedVersions;
  readonly channels: Channels;
  readonly serving: Serving;
  readonly gate: Gate;
  readonly metrics: Metrics;
  readonly chainId: bigint;
  readonly escrow: string;
  readonly node: string;
  /** Units per inference. */
  readonly price: bigint;
}

/** One paid inference from sealed request to durable answer. */
export class InferenceService {
  readonly #parts: InferenceParts;
  readonly #domain: Domain;
  readonly #idempotency: Idempotency;

  constructor(parts: InferenceParts) {
    this.#parts = parts;
    this.#domain = escrowDomain(parts.chainId, parts.escrow);
    this.#idempotency = new Idempotency(parts.store.books);
  }

  /** The answer's bytes, the same for every retry. Throws {@link Refusal}; then nothing was metered. */
  async answer(key: string, request: InferenceRequest): Promise<string> {
    const { chainId, escrow, node } = this.#parts;
    const { channel, lineId, versionHash, voucher } = request;
    requireIndex(channel);
    const aad = requestAad({
      chainId,
      escrow,
      node,
      channel,
      lineId,
      versionHash,
      idempotencyKey: key,
      cumulative: voucher.cumulative,
    });
    const hash = requestHash({ aad, enc: request.enc, ciphertext: request.ciphertext });
    const identity = { channel, key, requestHash: hash };
    return this.#idempotency.answer(identity, async () => {
      const version = this.#parts.serving.version(request);
      const serve = () => this.#serve(identity, request, version, aad);
      return this.#parts.versions.use(version, () => this.#parts.gate.run(channel, serve));
    });
  }

  async #serve(
    identity: RequestIdentity,
    request: InferenceRequest,
    version: ServedVersion,
    aad: Uint8Array,
  ): Promise<string> {
    const stop = this.#parts.metrics.inference.startTimer();
    try {
      const answer = await this.#work(identity, request, version, aad);
      stop();
      return answer;
    } catch (error) {
      // Another replica may have answered this very request meanwhile: its step of the meter is no reason to refuse it.
      const stored = await this.#idempotency.stored(identity);
      if (stored === undefined) throw error;
      return stored;
    }
  }

  /**
   * The model runs once. Another replica may move the meter on meanwhile: then the finished work is checked for payment and
   * signed anew, at the meter's next step.
   */
  async #work(
    identity: RequestIdentity,
    request: InferenceRequest,
    version: ServedVersion,
    aad: Uint8Array,
  ): Promise<string> {
    let finished: Finished | undefined;
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      const paid = await this.#requirePaid(request);
      finished ??= await this.#infer(identity, request, version, aad);
      const answer = await this.#complete(identity, request, finished, paid);
      if (answer !== undefined) return answer;
    }
    throw new Refusal("busy", "other replicas of this node use this channel: retry with the same key");
  }

  /** Where the channel's meter stands, when the request pays for the next step. */
  async #requirePaid(request: InferenceRequest): Promise<{ meter: Meter; paidBefore: bigint }> {
    const { store, node, price } = this.#parts;
    const channel = await requireChannel(this.#parts.channels, request.channel);
    const books = await store.books.channel(request.channel);
    if (books?.isEnded) {
      throw new Refusal("channel-closing", `the payer of channel ${request.channel} asked for its end: open another`, {
        closeAt: channel.closeAt.toString(),
      });
    }
    // A channel that these books do not know starts where the escrow stands.
    const meter = { seq: books?.seq ?? 0n, cumulative: books?.metered ?? channel.paid };
    requireBooks(channel.paid, meter.cumulative);
    const bill = {
      domain: this.#domain,
      node,
      price,
      metered: meter.cumulative,
      promised: books?.voucher?.cumulative ?? 0n,
      isSpent: await this.#isSpent(request, books === undefined ? channel.paid : undefined),
    };
    requirePayment(request, channel, bill);
    return { meter, paidBefore: channel.paid };
  }

  /** @param paid what the escrow paid on a channel that these books do not know: they were lost, and vouchers are public */
  async #isSpent({ channel, voucher }: InferenceRequest, paid: bigint | undefined): Promise<boolean> {
    return paid === undefined
      ? this.#parts.store.books.isSpent(channel, voucher.cumulative)
      : voucher.cumulative <= paid;
  }

  #infer(
    { requestHash }: RequestIdentity,
    request: InferenceRequest,
    version: ServedVersion,
    aad: Uint8Array,
  ): Promise<Finished> {
    return this.#parts.enclave.infer({
      aad,
      requestHash: requestHash as Hex,
      enc: request.enc,
      ciphertext: request.ciphertext,
      channel: request.channel,
      lineId: version.lineId,
      versionHash: version.hash,
      engine: version.engine,
      committed: typeof version.committed === "string" ? undefined : version.committed,
      price: this.#parts.price,
      payableKeys: this.#parts.serving.payableKeys(),
      finishedAt: (receiptKey) => this.#parts.serving.finishedAt(version, receiptKey),
    });
  }

  /** The arbiter's name of a receipt. */
  #receiptIdOf(receipt: Receipt): Hex {
    return receiptIdOf(this.#parts.escrow, receipt);
  }

  /** The durable answer; undefined when another replica took this step of the meter for another request. */
  async #complete(
    identity: RequestIdentity,
    request: InferenceRequest,
    finished: Finished,
    { meter, paidBefore }: { meter: Meter; paidBefore: bigint },
  ): Promise<string | undefined> {
    const { store, enclave } = this.#parts;
    const { receipt, signature, receiptKey, response, witness } = await enclave.meter(finished, meter);
    const body = JSON.stringify(encodeResponse({ ...response, receipt, signature }));
    try {
      await store.books.complete({
        receipt,
        signature,
        receiptKey,
        voucher: request.voucher,
        paidBefore,
        witness: witness && { receiptId: this.#receiptIdOf(receipt), sealed: witness },
        idempotencyKey: identity.key,
        body,
        createdAt: BigInt(Math.floor(Date.now() / 1000)),
      });
      return body;
    } catch (error) {
      if (!wasOvertaken(error)) throw error;
      return this.#idempotency.stored(identity);
    }
  }
}

/** Whether another replica was faster: with the same request, or with another one of the channel. */
function wasOvertaken(error: unknown): boolean {
  return error instanceof WorkerError && (error.code === "METER_OUT_OF_STEP" || error.code === "ALREADY_COMPLETED");
}

/** Books from an old copy of the data directory would sign a channel's seq twice. */
function requireBooks(paid: bigint, metered: bigint): void {
  if (paid > metered) {
    throw new WorkerError("BOOKS_BEHIND", `the escrow paid ${paid}, the books say ${metered}: start with empty books`);
  }
}
