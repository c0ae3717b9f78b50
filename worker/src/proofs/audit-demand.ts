import {
  AuditState,
  type Batch,
  type BatchAudit,
  type Freehold,
  type Hex,
  hashReceiptStruct,
  type Receipt,
  type ReceiptTree,
  receiptIdOf,
  receiptTree,
  ZERO_ADDRESS,
  ZERO_HASH,
} from "@freehold/sdk";
import { callOf } from "@freehold/sdk/watchtower";
import type { Chain, ProofEvent } from "../chain/types.js";
import type { ChainView } from "../chain/view.js";
import type { Enclave } from "../enclave/enclave.js";
import { signedBatchOf } from "../settlement/batch.js";
import type { Store, StoredReceipt } from "../store/index.js";
import type { Demand, Outlook, Step } from "./demand.js";
import type { ProofDesk } from "./desk.js";

export interface AuditDemandParts {
  readonly freehold: Freehold;
  readonly store: Pick<Store, "books" | "settlements" | "witnesses">;
  readonly desk: ProofDesk;
  readonly chain: Pick<Chain, "versionOf">;
  readonly enclave: Pick<Enclave, "signReceiptSet">;
  readonly node: string;
  readonly lineId: Hex;
  readonly escrow: string;
}

/** What these books know of an audited batch. */
interface Books {
  readonly batch: Batch;
  readonly signature: Hex;
  readonly receipts: readonly StoredReceipt[];
  readonly tree: ReceiptTree;
}

/** A batch is audited: it is opened with the set of its receipts, the receipts are drawn, and each drawn one is proven. */
export class AuditDemand implements Demand {
  readonly id: Hex;
  readonly block: number;
  readonly #parts: AuditDemandParts;
  readonly #nonce: bigint;
  #books: Books | undefined;
  /** Receipts' indices by draw, and draws that are proven. */
  readonly #drawn = new Map<number, number>();
  readonly #proven = new Set<number>();

  constructor(parts: AuditDemandParts, event: ProofEvent & { kind: "audit" }) {
    this.#parts = parts;
    this.id = event.auditId;
    this.block = event.block;
    this.#nonce = event.nonce;
  }

  get subject() {
    return { auditId: this.id, nonce: this.#nonce.toString() };
  }

  async look({ head, finalBlock, keys }: ChainView): Promise<Outlook> {
    const { freehold, node, lineId } = this.#parts;
    const batch = { node, lineId, nonce: this.#nonce };
    const final = await freehold.arbiter.auditOf(batch, { blockTag: finalBlock });
    if (final.state === AuditState.Passed) return { over: "proven" };
    if (final.state === AuditState.Failed) return { over: "failed" };
    const audit = await freehold.arbiter.auditOf(batch, { blockTag: head.number });
    if (audit.state === AuditState.None) return this.block <= finalBlock ? { over: "ended" } : {};
    if (audit.state !== AuditState.Demanded && audit.state !== AuditState.Open) return {};
    if (head.timestamp > audit.deadline) return { problem: "the time of the audit is over" };
    const books = await this.#read();
    if (books === undefined) return {};
    if (typeof books === "string") return { problem: books };
    if (audit.state === AuditState.Demanded) return { steps: [await this.#opening(books, [...keys.keys()])] };
    if (books.tree.root !== audit.root) return { problem: "it was opened with other receipts than these books have" };
    if (audit.seed !== ZERO_HASH) return this.#draws(books, audit);
    if (BigInt(head.number) <= audit.seedBlock) return {};
    // At once: the chain forgets the hash that draws.
    const call = callOf(freehold.arbiter.drawAudit, batch);
    return { steps: [{ id: `${this.id}/draw`, name: "drawAudit", call }] };
  }

  refused({ id, name }: Step, error: string | undefined): boolean {
    // Somebody was faster, or a neighbouring draw chose the same receipt.
    if (name !== "proveDraw" || error !== "InferenceArbiter_InvalidDraw") return false;
    this.#proven.add(Number(id.split("/")[2]));
    return true;
  }

  async #opening({ batch, signature, receipts }: Books, keys: readonly Hex[]): Promise<Step> {
    const { freehold, chain, enclave } = this.#parts;
    const [version, signed] = await Promise.all([
      chain.versionOf(batch.versionHash),
      enclave.signReceiptSet(keys, batch, receipts),
    ]);
    const parameters = { batch, signature, version, receipts: signed.set, setSignature: signed.signature };
    return { id: `${this.id}/open`, name: "openAudit", call: callOf(freehold.arbiter.openAudit, parameters) };
  }

  /** Every drawn receipt whose proof is made; the others are begun. */
  async #draws({ batch, receipts, tree }: Books, audit: BatchAudit): Promise<Outlook> {
    const { freehold, desk, escrow } = this.#parts;
    const steps: Step[] = [];
    const seen = new Set<number>();
    for (let draw = 0; draw < Number(audit.draws); draw++) {
      const index = await this.#indexOf(batch, draw);
      const stored = receipts[index];
      if (this.#proven.has(draw)) seen.add(index);
      // Neighbouring draws may choose one receipt, which is proven once.
      if (stored === undefined || seen.has(index)) continue;
      seen.add(index);
      const { receipt } = stored;
      // The deadline is a part of what is proven: a reorganisation may move it.
      const id = `${this.id}/draw/${draw}/${audit.deadline}`;
      const proof = await desk.proofOf(id, this.#order(receipt, receiptIdOf(escrow, receipt), audit));
      if (proof === undefined) continue;
      const parameters = { batch, draw, receipt, path: tree.path(index), ...proof };
      steps.push({ id, name: "proveDraw", call: callOf(freehold.arbiter.proveDraw, parameters) });
    }
    return { steps };
  }

  #order(receipt: Receipt, receiptId: Hex, { version, circuitId, deadline }: BatchAudit) {
    return { receiptId, receipt, version: Number(version), circuitId, requester: ZERO_ADDRESS, deadline };
  }

  async #indexOf(batch: Batch, draw: number): Promise<number> {
    const known = this.#drawn.get(draw);
    if (known !== undefined) return known;
    const { node, lineId, nonce } = batch;
    const index = await this.#parts.freehold.arbiter.drawnIndex({ node, lineId, nonce, draw });
    this.#drawn.set(draw, index);
    return index;
  }

  /** Undefined while it is not known which receipts the batch paid: a receipt in two sets could be proven in one only. */
  async #read(): Promise<Books | string | undefined> {
    if (this.#books !== undefined) return this.#books;
    const { store, lineId } = this.#parts;
    const settlement = await store.settlements.ofNonce(lineId, this.#nonce);
    if (settlement === undefined) return "these books know no such batch";
    if (settlement.status === "pending") return undefined;
    const receipts = await store.books.receiptsOf(settlement.id);
    if (receipts.length === 0) return "these books know no receipts of the batch";
    const tree = receiptTree(receipts.map(({ receipt }) => hashReceiptStruct(receipt)));
    this.#books = { ...signedBatchOf(settlement.raw), receipts, tree };
    return this.#books;
  }
}
