import { type Freehold, type Hex, ProofState } from "@freehold/sdk";
import { callOf } from "@freehold/sdk/watchtower";
import type { ProofEvent } from "../chain/types.js";
import type { ChainView } from "../chain/view.js";
import type { Store } from "../store/index.js";
import type { Demand, Outlook } from "./demand.js";
import type { ProofDesk } from "./desk.js";

export interface ReceiptDemandParts {
  readonly freehold: Freehold;
  readonly store: Pick<Store, "books" | "witnesses">;
  readonly desk: ProofDesk;
}

/** Somebody challenged a receipt: its proof is made and shown before the time is over. */
export class ReceiptDemand implements Demand {
  readonly id: Hex;
  readonly block: number;
  readonly #parts: ReceiptDemandParts;

  constructor(parts: ReceiptDemandParts, event: ProofEvent & { kind: "receipt" }) {
    this.#parts = parts;
    this.id = event.receiptId;
    this.block = event.block;
  }

  get subject() {
    return { receiptId: this.id };
  }

  async look({ head, finalBlock }: ChainView): Promise<Outlook> {
    const { freehold, store, desk } = this.#parts;
    const receiptId = this.id;
    const final = await freehold.arbiter.proofChallengeOf({ receiptId }, { blockTag: finalBlock });
    if (final.state === ProofState.Proven) return { over: "proven" };
    if (final.state === ProofState.Failed) return { over: "failed" };
    const challenge = await freehold.arbiter.proofChallengeOf({ receiptId }, { blockTag: head.number });
    if (challenge.state === ProofState.None) return this.block <= finalBlock ? { over: "ended" } : {};
    if (challenge.state !== ProofState.Open) return {};
    if (head.timestamp > challenge.answerBy) return { problem: "the time to prove it is over" };

    const witness = await store.witnesses.find(receiptId);
    const found = witness && (await store.books.receipt(witness.channel, witness.seq));
    if (found === undefined) return { problem: "these books do not know the receipt, or nothing that could prove it" };
    const { receipt } = found;
    const { challenger: requester, answerBy: deadline, circuitId, version } = challenge;
    // The deadline is a part of what is proven: a reorganisation may move it.
    const id = `${receiptId}/${deadline}`;
    const proof = await desk.proofOf(id, {
      receiptId,
      receipt,
      version: Number(version),
      circuitId,
      requester,
      deadline,
    });
    if (proof === undefined) return {};
    const call = callOf(freehold.arbiter.proveReceipt, { receipt, ...proof });
    return { steps: [{ id, name: "proveReceipt", call }] };
  }

  refused(): boolean {
    return false;
  }
}
