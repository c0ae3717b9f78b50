import {
  type Domain,
  encodeResponse,
  escrowDomain,
  type Hex,
  type InferenceRequest,
  requestAad,
  requestHash,
  sameHex,
} from "@freehold/sdk";
import type { Channels } from "../chain/channels.js";
import { type ChainView, paysFor } from "../chain/view.js";
import type { Watcher } from "../chain/watcher.js";
import type { Enclave, Job } from "../enclave/enclave.js";
import { WorkerError } from "../errors.js";
import { Refusal } from "../http/refusal.js";
import type { Metrics } from "../metrics.js";
import type { ServedVersion } from "../model/load.js";
import type { ServedVersions } from "../model/served.js";
import type { Store } from "../store/index.js";
import { requireChannel, requireIndex } from "./channel.js";
import type { Gate } from "./gate.js";
import { Idempotency } from "./idempotency.js";
import { requirePayment } from "./payment.js";

export interface InferenceParts {
  readonly store: Store;
  readonly enclave: Enclave;
  readonly versions: ServedVersions;
  readonly channels: Channels;
  readonly watcher: Watcher;
  readonly gate: Gate;
  readonly metrics: Metrics;
  readonly chainId: bigint;
  readonly escrow: string;
  readonly node: string;
  readonly lineId: Hex;
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
    return this.#idempotency.answer({ channel, key, requestHash: hash }, async () => {
      const version = this.#requireServed(request);
      const serve = () => this.#serve(key, request, version, { aad, requestHash: hash });
      return this.#parts.versions.use(version, () => this.#parts.gate.run(channel, serve));
    });
  }

  /** New requests get the current version, once it is loaded and payable. */
  #requireServed(request: InferenceRequest): ServedVersion {
    const { versions, lineId } = this.#parts;
    this.#payable(this.#requireView());
    const version = versions.current;
    if (version === undefined) throw new Refusal("not-ready", "no version is loaded yet: retry later");
    if (!sameHex(request.lineId, lineId) || !sameHex(request.versionHash, version.hash)) throw notServed(version);
    return version;
  }

  async #serve(
    key: string,
    request: InferenceRequest,
    version: ServedVersion,
    sealed: { aad: Uint8Array; requestHash: Hex },
  ): Promise<string> {
    const { store, enclave, metrics, node, price } = this.#parts;
    const channel = await requireChannel(this.#parts.channels, request.channel);
    const books = store.books.channel(request.channel);
    // A channel that these books do not know starts where the escrow stands.
    const meter = { seq: books?.seq ?? 0n, cumulative: books?.metered ?? channel.paid };
    requireBooks(channel.paid, meter.cumulative);
    requirePayment(request, channel, { domain: this.#domain, node, price, metered: meter.cumulative });

    const stop = metrics.inference.startTimer();
    const job: Job = {
      ...sealed,
      enc: request.enc,
      ciphertext: request.ciphertext,
      channel: request.channel,
      lineId: version.lineId,
      versionHash: version.hash,
      engine: version.engine,
      price,
      meter,
      payableKeys: this.#payable(this.#requireView()),
      finishedAt: (receiptKey) => this.#finishedAt(version, receiptKey),
    };
    const done = await enclave.run(job);
    const body = JSON.stringify(encodeResponse({ ...done.response, receipt: done.receipt, signature: done.signature }));
    store.books.complete({
      receipt: done.receipt,
      signature: done.signature,
      receiptKey: done.receiptKey,
      voucher: request.voucher,
      paidBefore: channel.paid,
      idempotencyKey: key,
      body,
      createdAt: BigInt(Math.floor(Date.now() / 1000)),
    });
    stop();
    return body;
  }

  /** Chain time of work that is done now, on the version that the request named, if that is still payable. */
  #finishedAt(version: ServedVersion, receiptKey: Hex): bigint {
    const view = this.#requireView();
    if (paysFor(view, version.hash, receiptKey)) return view.head.timestamp;
    const { current } = this.#parts.versions;
    if (current !== undefined && current.hash !== version.hash) throw notServed(current);
    throw new Refusal("not-ready", "the enclave is not payable any more: ask for a new offer");
  }

  #requireView(): ChainView {
    const view = this.#parts.watcher.fresh;
    if (view === undefined) throw new Refusal("not-ready", "the chain does not answer this node: retry later");
    return view;
  }

  #payable(view: ChainView): Hex[] {
    const { enclave, versions } = this.#parts;
    const hash = versions.current?.hash ?? view.active.hash;
    const keys = enclave.keys.map(({ receiptKey }) => receiptKey).filter((key) => paysFor(view, hash, key));
    if (keys.length === 0) throw new Refusal("not-ready", "the enclave is not payable on this line: retry later");
    return keys;
  }
}

function notServed(version: ServedVersion): Refusal {
  return new Refusal("version-not-served", `this node serves version ${version.version} of the line`, {
    served: version.hash,
  });
}

/** Books from an old copy of the data directory would sign a channel's seq twice. */
function requireBooks(paid: bigint, metered: bigint): void {
  if (paid > metered) {
    throw new WorkerError(
      "BOOKS_BEHIND",
      `the escrow paid ${paid}, the books say ${metered}: start with an empty --data`,
    );
  }
}
