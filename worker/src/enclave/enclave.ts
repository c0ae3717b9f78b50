import { randomBytes } from "node:crypto";
import {
  type Batch,
  type Close,
  type Domain,
  type ExactReceipt,
  type ExactResponse,
  escrowDomain,
  exactAad,
  type Hex,
  hashBatchStruct,
  hashReceiptStruct,
  type KeyRelease,
  type Offer,
  type OpenedRequest,
  type Opening,
  openRequest,
  type Receipt,
  type ReceiptSet,
  type ReleaseBinding,
  receiptTree,
  recoverReceipt,
  requestHash,
  responseHash,
  SealingError,
  sameHex,
  signBatch,
  signClose,
  signExactReceipt,
  signOffer,
  signReceipt,
  signReceiptSet,
  unwrapFileKey,
} from "@freehold/sdk";
import { WorkerError } from "../errors.js";
import { decodeBlinder, encodeBlinder } from "../proofs/blinder.js";
import { decodeWitness, encodeWitness } from "../proofs/witness.js";
import type { StoredReceipt, SumName } from "../store/index.js";
import { answer, infer } from "./answer.js";
import { UnsealError } from "./errors.js";
import type { Completed, EnclaveKeys, ExactJob, Finished, Job, Meter } from "./jobs.js";
import type { KeyGeneration, KeyStore } from "./keys.js";
import type { AttestationRequest, EnclaveProvider, Evidence, Sealer, TeeKind } from "./provider.js";
import { sealerOf } from "./sealer.js";

/**
 * The trusted part: holds the keys, sees plaintext, decides what is metered. Everything that leaves it is sealed or signed.
 * A job is metered when its response is complete and never otherwise: there is no receipt without a sealed output.
 */
export class Enclave {
  readonly #provider: EnclaveProvider;
  readonly #store: KeyStore;
  readonly #domain: Domain;
  readonly #node: string;
  /** Seals what proofs need: with the environment's key, or with one that ends with this process where there is none. */
  readonly #witnesses: Sealer;
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
    this.#witnesses = provider.seals ? provider : sealerOf(randomBytes(32));
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

  /**
   * Commits to the receipts of a batch, so that it can be audited: with the newest key that is among `keys`. Throws `UNKNOWN_KEY`, and
   * `DATABASE_CORRUPT` when a receipt is not what its signature says.
   */
  async signReceiptSet(
    keys: readonly Hex[],
    batch: Batch,
    receipts: readonly StoredReceipt[],
  ): Promise<{ set: ReceiptSet; signature: Hex }> {
    for (const { receipt, signature, receiptKey } of receipts) {
      if (sameHex(recoverReceipt(this.#domain, receipt, signature), receiptKey)) continue;
      throw new WorkerError("DATABASE_CORRUPT", `receipt ${receipt.seq} of channel ${receipt.channel} was changed`);
    }
    const { root, count } = receiptTree(receipts.map(({ receipt }) => hashReceiptStruct(receipt)));
    const total = receipts.reduce((sum, { receipt }) => sum + receipt.price, 0n);
    const set = { root, count, total };
    const generation = this.#generations.find(({ receiptKey }) => keys.includes(receiptKey));
    if (generation === undefined) throw new WorkerError("UNKNOWN_KEY", "this enclave has no key that is registered");
    const batchHash = hashBatchStruct(batch);
    return { set, signature: await signReceiptSet(generation.signer, this.#domain, { batchHash, ...set }) };
  }

  signClose(receiptKey: string, close: Close): Promise<Hex> {
    return signClose(this.#generation(receiptKey).signer, this.#domain, close);
  }

  /** Whether what proofs need survives a restart here. */
  get keepsWitnesses(): boolean {
    return this.#provider.seals;
  }

  /** What a proof of a receipt needs. Throws `UNSEAL_FAILED` for what another environment sealed, or an earlier process of one that seals nothing. */
  openWitness(sealed: Uint8Array, inputs: number): Omit<Opening, "hidden"> {
    return decodeWitness(this.#witnesses.unseal(sealed), inputs);
  }

  /** The blinder of a sum, for the books. Throws `UNSEAL_FAILED` where nothing is sealed. */
  sealBlinder(name: SumName, blinder: bigint): Uint8Array {
    return this.#sealer.seal(encodeBlinder(name, blinder));
  }

  /** Throws `UNSEAL_FAILED` for what another environment sealed, `OTHER_CODE` for what other code did. */
  openBlinder(name: SumName, sealed: Uint8Array): bigint {
    return decodeBlinder(name, this.#sealer.unseal(sealed));
  }

  /** Opens, infers, seals. Throws {@link UnsealError}, {@link InputError} or {@link InferenceError}. */
  async infer(job: Job): Promise<Finished> {
    const { generation, opened } = await this.#open(job);
    const { output, commitments, opening } = await answer(job, opened.plaintext);
    const finished = {
      job,
      receiptKey: generation.receiptKey,
      response: await opened.sealResponse(output, job.requestHash),
      commitments,
      witness: opening && this.#witnesses.seal(encodeWitness(opening)),
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
    const { job, receiptKey, response, commitments, witness } = finished;
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
      ...commitments,
      workedAt: job.finishedAt(receiptKey),
    };
    const signature = await signReceipt(this.#generation(receiptKey).signer, this.#domain, receipt);
    return { receipt, signature, receiptKey, response, witness };
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

  get #sealer(): Sealer {
    if (this.#provider.seals) return this.#provider;
    throw new WorkerError("UNSEAL_FAILED", "this environment seals nothing");
  }

  #generation(receiptKey: string): KeyGeneration {
    const generation = this.#generations.find((each) => each.receiptKey === receiptKey.toLowerCase());
    if (generation === undefined) throw new WorkerError("UNKNOWN_KEY", `this enclave has no receipt key ${receiptKey}`);
    return generation;
  }
}
