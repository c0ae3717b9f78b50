import {
  type Batch,
  type Close,
  type Domain,
  decodeInput,
  type ExactReceipt,
  type ExactResponse,
  encodeOutput,
  escrowDomain,
  exactAad,
  type Hex,
  type KeyRelease,
  type Offer,
  type OpenedRequest,
  openRequest,
  type Receipt,
  type ReleaseBinding,
  requestHash,
  responseHash,
  type SealedResponse,
  SealingError,
  signBatch,
  signClose,
  signExactReceipt,
  signOffer,
  signReceipt,
  unwrapFileKey,
  WireError,
} from "@freehold/sdk";
import { ZeroHash } from "ethers";
import { EngineError, type InferenceEngine } from "../engine/index.js";
import { WorkerError } from "../errors.js";
import { InferenceError, InputError, UnsealError } from "./errors.js";
import type { KeyGeneration, KeyStore } from "./keys.js";
import type { AttestationRequest, EnclaveProvider, Evidence, TeeKind } from "./provider.js";

/** Of a model that no circuit expresses. */
const NO_COMMITMENT = ZeroHash as Hex;

/** What the enclave is told of a request; `aad` binds it to channel, version, key and voucher. */
export interface Job {
  readonly aad: Uint8Array;
  readonly enc: Uint8Array;
  readonly ciphertext: Uint8Array;
  readonly requestHash: Hex;
  readonly channel: bigint;
  readonly lineId: Hex;
  readonly versionHash: Hex;
  readonly engine: InferenceEngine;
  /** Units. */
  readonly price: bigint;
  /** Receipt keys whose work is payable now, newest first. */
  readonly payableKeys: readonly Hex[];
  /** Chain time of the work; asked when the output is there, and throws when such work would not be payable. */
  finishedAt(receiptKey: Hex): bigint;
}

/** What a channel was metered before a request. */
export interface Meter {
  readonly seq: bigint;
  /** Units. */
  readonly cumulative: bigint;
}

/** A job whose response is complete and sealed, and not metered yet. */
export interface Finished {
  readonly job: Job;
  readonly receiptKey: Hex;
  readonly response: SealedResponse;
}

/** A metered job: nothing in it shows input or output. */
export interface Completed {
  readonly receipt: Receipt;
  readonly signature: Hex;
  readonly receiptKey: Hex;
  readonly response: SealedResponse;
}

/** What the enclave is told of a request that a token transfer pays for. */
export interface ExactJob extends Omit<Job, "aad" | "requestHash" | "channel" | "price"> {
  readonly idempotencyKey: string;
  /** The transfer that pays, as docs/x402.md names its parts. */
  readonly payment: Pick<ExactReceipt, "payer" | "paymentNonce" | "asset" | "payTo" | "amount">;
}

/** Public halves of one key generation. */
export interface EnclaveKeys {
  readonly receiptKey: Hex;
  readonly hpkePublicKey: Hex;
}

/**
 * The trusted part: holds the keys, sees plaintext, decides what is metered. Everything that leaves it is sealed or signed.
 * A job is metered when its response is complete and never otherwise: there is no receipt without a sealed output.
 */
export class Enclave {
  readonly #provider: EnclaveProvider;
  readonly #store: KeyStore;
  readonly #domain: Domain;
  readonly #node: string;
  #generations: readonly KeyGeneration[];
  /** No receipt without a response that was sealed here. */
  readonly #finished = new WeakSet<Finished>();

  private constructor(
    provider: EnclaveProvider,
    store: KeyStore,
    identity: { chainId: bigint; escrow: string; node: string },
    generations: readonly KeyGeneration[],
  ) {
    this.#provider = provider;
    this.#store = store;
    this.#domain = escrowDomain(identity.chainId, identity.escrow);
    this.#node = identity.node;
    this.#generations = generations;
  }

  /** Unseals the keys of earlier runs. */
  static async open(
    provider: EnclaveProvider,
    store: KeyStore,
    identity: { chainId: bigint; escrow: string; node: string },
  ): Promise<Enclave> {
    return new Enclave(provider, store, identity, await store.load());
  }

  /** Family of the environment. */
  get kind(): TeeKind {
    return this.#provider.kind;
  }

  get measurementId(): Hex {
    return this.#provider.measurementId;
  }

  /** Public keys of all generations, newest first. */
  get keys(): readonly EnclaveKeys[] {
    return this.#generations.map(({ receiptKey, hpke }) => ({ receiptKey, hpkePublicKey: hpke.publicKey }));
  }

  /** Makes a new generation of keys; a receipt key is registered once only. */
  async createKeys(): Promise<EnclaveKeys> {
    const generation = await this.#store.create();
    this.#generations = [generation, ...this.#generations];
    return { receiptKey: generation.receiptKey, hpkePublicKey: generation.hpke.publicKey };
  }

  /** Ends a generation for good. */
  async forget(receiptKey: Hex): Promise<void> {
    this.#generations = this.#generations.filter((generation) => generation.receiptKey !== receiptKey);
    await this.#store.forget(receiptKey);
  }

  /** Opens the key of a sealed file that was released to one of this enclave's generations. Throws SealingError, and `UNKNOWN_KEY`. */
  async unwrapFileKey(release: KeyRelease, binding: Omit<ReleaseBinding, "receiptKey">): Promise<Uint8Array> {
    const { receiptKey, hpke } = this.#generation(release.receiptKey);
    return unwrapFileKey(release, hpke, { ...binding, receiptKey });
  }

  attest(request: AttestationRequest): Promise<Evidence> {
    return this.#provider.attest(request);
  }

  signOffer(offer: Offer): Promise<Hex> {
    return signOffer(this.#generation(offer.receiptKey).signer, this.#domain, offer);
  }

  signBatch(receiptKey: string, batch: Batch): Promise<Hex> {
    return signBatch(this.#generation(receiptKey).signer, this.#domain, batch);
  }

  signClose(receiptKey: string, close: Close): Promise<Hex> {
    return signClose(this.#generation(receiptKey).signer, this.#domain, close);
  }

  /** Opens, infers, seals. Throws {@link UnsealError}, {@link InputError} or {@link InferenceError}. */
  async infer(job: Job): Promise<Finished> {
    const { generation, opened } = await this.#open(job);
    const output = await infer(job.engine, opened.plaintext);
    const finished = {
      job,
      receiptKey: generation.receiptKey,
      response: await opened.sealResponse(output, job.requestHash),
    };
    this.#finished.add(finished);
    return finished;
  }

  /**
   * Meters and signs what {@link infer} returned. Again when the meter moved on before the receipt was written: whoever
   * writes must write one of the receipts only. Throws what `finishedAt` throws, and `UNKNOWN_JOB`.
   */
  async meter(finished: Finished, meter: Meter): Promise<Completed> {
    if (!this.#finished.has(finished)) throw new WorkerError("UNKNOWN_JOB", "this enclave finished no such job");
    const { job, receiptKey, response } = finished;
    const receipt: Receipt = {
      node: this.#node,
      channel: job.channel,
      seq: meter.seq + 1n,
      cumulative: meter.cumulative + job.price,
      price: job.price,
      lineId: job.lineId,
      versionHash: job.versionHash,
      requestHash: job.requestHash,
      responseHash: responseHash(response),
      inputCommitment: NO_COMMITMENT,
      outputCommitment: NO_COMMITMENT,
      workedAt: job.finishedAt(receiptKey),
    };
    const signature = await signReceipt(this.#generation(receiptKey).signer, this.#domain, receipt);
    return { receipt, signature, receiptKey, response };
  }

  /**
   * Opens, infers, seals and signs what a token transfer pays for. The request opens only for that payment, node, line, version
   * and key: nobody can attach another one to it. Throws what {@link infer} and `finishedAt` throw.
   */
  async inferExact(job: ExactJob): Promise<ExactResponse> {
    const { chainId, verifyingContract: escrow } = this.#domain;
    const { lineId, versionHash, idempotencyKey, payment, enc, ciphertext } = job;
    const node = this.#node;
    const aad = exactAad({ chainId, escrow, node, lineId, versionHash, idempotencyKey, ...payment });
    const hash = requestHash({ aad, enc, ciphertext });
    const { generation, opened } = await this.#open({ ...job, aad });
    const output = await infer(job.engine, opened.plaintext);
    const response = await opened.sealResponse(output, hash);
    const receipt: ExactReceipt = {
      node,
      ...payment,
      lineId,
      versionHash,
      requestHash: hash,
      responseHash: responseHash(response),
      workedAt: job.finishedAt(generation.receiptKey),
    };
    return { receipt, signature: await signExactReceipt(generation.signer, this.#domain, receipt), ...response };
  }

  /** A client may have sealed to the generation before: keys overlap while a new one is registered. */
  async #open(
    job: Pick<Job, "aad" | "enc" | "ciphertext" | "payableKeys">,
  ): Promise<{ generation: KeyGeneration; opened: OpenedRequest }> {
    for (const receiptKey of job.payableKeys) {
      const generation = this.#generation(receiptKey);
      try {
        return { generation, opened: await openRequest({ ...job, keyPair: generation.hpke }) };
      } catch (error) {
        if (!(error instanceof SealingError)) throw error;
      }
    }
    throw new UnsealError();
  }

  #generation(receiptKey: string): KeyGeneration {
    const generation = this.#generations.find((each) => each.receiptKey === receiptKey.toLowerCase());
    if (generation === undefined) throw new WorkerError("UNKNOWN_KEY", `this enclave has no receipt key ${receiptKey}`);
    return generation;
  }
}

/** Errors of the engine may repeat what it was asked: only their kind leaves the enclave. */
async function infer(engine: InferenceEngine, plaintext: Uint8Array): Promise<Uint8Array> {
  try {
    return encodeOutput(await engine.infer(decodeInput(plaintext)));
  } catch (error) {
    if (error instanceof WireError || (error instanceof EngineError && error.code === "BAD_INPUT"))
      throw new InputError();
    throw new InferenceError(error instanceof EngineError ? error.code : "unknown");
  }
}
