import { type Hex, hashReceiptStruct, inferenceContext } from "@freehold/sdk";
import type { Enclave } from "../enclave/enclave.js";
import { WorkerError } from "../errors.js";
import type { Logger } from "../log.js";
import type { Store, StoredProof, StoredReceipt } from "../store/index.js";
import { inferenceCircuitOf } from "./circuits.js";
import type { ProvingKeys } from "./keys.js";
import type { ProvenModels } from "./models.js";
import type { ProofThread } from "./prover.js";
import type { LinkedSums } from "./sums.js";

/** Proofs that wait or are made at once; the others are asked for again. */
const MAX_WAITING = 8;
/** Milliseconds after which a proof that failed is tried again; one that waits for its key, which is read once after a start, soon. */
const RETRY = 30_000;
const KEY_RETRY = 500;

export interface DeskParts {
  readonly store: Pick<Store, "proofs" | "witnesses">;
  readonly enclave: Pick<Enclave, "openWitness">;
  readonly models: ProvenModels;
  readonly keys: Pick<ProvingKeys, "get" | "missing">;
  readonly sums: Pick<LinkedSums, "of">;
  readonly thread: Pick<ProofThread, "prove">;
  readonly log: Logger;
  readonly chainId: bigint;
  readonly arbiter: string;
  readonly escrow: string;
  readonly modelId: () => Promise<bigint>;
}

/** What is to be proven of a receipt, and for whom. */
export interface ProofOrder {
  readonly receiptId: Hex;
  readonly receipt: StoredReceipt["receipt"];
  /** Position of the receipt's version in the line. */
  readonly version: number;
  readonly circuitId: Hex;
  /** Of the context: who challenged, or the zero address. */
  readonly requester: string;
  /** Of the context, Unix seconds. */
  readonly deadline: bigint;
}

/**
 * Has proofs of receipts made, one after the other, beside serving. What is made is on disk: after a restart only the proof in the making is
 * begun anew.
 */
export class ProofDesk {
  readonly #parts: DeskParts;
  readonly #making = new Set<string>();
  readonly #failed = new Map<string, { error: unknown; at: number }>();

  constructor(parts: DeskParts) {
    this.#parts = parts;
  }

  /**
   * The proof of an order, when it is made; undefined while it is not: ask again.
   * @param id names the step that needs it
   * Throws why it cannot be made, and tries again after a while.
   */
  async proofOf(id: string, order: ProofOrder): Promise<StoredProof | undefined> {
    const made = (await this.#parts.store.proofs.find(id))?.proof;
    if (made !== undefined) return made;
    const failed = this.#failed.get(id);
    if (failed !== undefined) {
      const isKey = failed.error instanceof WorkerError && failed.error.code === "NO_PROVING_KEY";
      if (performance.now() - failed.at < (isKey ? KEY_RETRY : RETRY)) throw failed.error;
      this.#failed.delete(id);
    }
    if (this.#making.has(id) || this.#making.size >= MAX_WAITING) return undefined;
    this.#making.add(id);
    void this.#make(id, order)
      .catch((error) => {
        this.#failed.set(id, { error, at: performance.now() });
      })
      .finally(() => this.#making.delete(id));
    return undefined;
  }

  async #make(id: string, order: ProofOrder): Promise<void> {
    const { store, enclave, models, keys, sums, thread, log } = this.#parts;
    const { receipt, circuitId, receiptId } = order;
    const witness = await store.witnesses.find(receiptId);
    if (witness === undefined) throw new WorkerError("NO_WITNESS", "the books keep nothing that could prove it");
    const model = await models.of({ version: order.version, hash: receipt.versionHash });
    const key = keys.get(circuitId);
    if (key === undefined) {
      throw new WorkerError("NO_PROVING_KEY", keys.missing(circuitId, model.shape) ?? "its proving key is being read");
    }
    const { weights, salt, shape, root } = model;
    const circuit = inferenceCircuitOf(circuitId, shape);
    const sum =
      circuit?.tier === 2 ? await sums.of({ versionHash: receipt.versionHash, circuit, circuitId, model }) : undefined;
    const opened = enclave.openWitness(witness.sealed, shape.inputs);
    const start = performance.now();
    const context = await this.#contextOf(order);
    const expected = [root, receipt.inputCommitment, receipt.outputCommitment].map(BigInt) as [bigint, bigint, bigint];
    const values = { weights, salt, ...opened, context };
    const proof = await thread.prove({ shape, key, values, expected, sum });
    await store.proofs.save({ id, proof, transactions: [] }, BigInt(Math.floor(Date.now() / 1000)));
    log.info({ receiptId, milliseconds: Math.round(performance.now() - start) }, "receipt proven");
  }

  /** Equal to `InferenceArbiter.inferenceContextOf`. */
  async #contextOf({ receipt, requester, deadline }: ProofOrder): Promise<bigint> {
    const { chainId, arbiter, escrow, modelId } = this.#parts;
    const { lineId, versionHash } = receipt;
    const receiptHash = hashReceiptStruct(receipt);
    const of = { chainId, arbiter, modelId: await modelId(), lineId, versionHash, escrow, receiptHash };
    return inferenceContext({ ...of, requester, deadline });
  }
}
