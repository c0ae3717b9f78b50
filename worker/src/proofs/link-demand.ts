import { type Freehold, type Hex, toHex } from "@freehold/sdk";
import { callOf } from "@freehold/sdk/watchtower";
import type { Chain } from "../chain/types.js";
import type { ChainView } from "../chain/view.js";
import type { Demand, Outlook, Step } from "./demand.js";
import type { UnlinkedSum } from "./sums.js";

export interface LinkDemandParts {
  readonly freehold: Freehold;
  readonly chain: Pick<Chain, "linkedSum">;
}

/** A policy of tier 2 asks for a linked sum before work is taken: it is linked, once. */
export class LinkDemand implements Demand {
  readonly id: string;
  /** No event asks for it. */
  readonly block = undefined;
  readonly #parts: LinkDemandParts;
  readonly #unlinked: UnlinkedSum;

  constructor(parts: LinkDemandParts, unlinked: UnlinkedSum) {
    this.#parts = parts;
    this.#unlinked = unlinked;
    const { versionHash, circuitId, sum } = unlinked;
    this.id = `link/${versionHash}/${circuitId}/${sum.x.toString(16)}`;
  }

  get subject(): { versionHash: Hex; circuitId: Hex } {
    const { versionHash, circuitId } = this.#unlinked;
    return { versionHash, circuitId };
  }

  async look({ head, finalBlock }: ChainView): Promise<Outlook> {
    if (await this.#isLinked(finalBlock)) {
      this.#unlinked.done();
      return { over: "linked" };
    }
    if (await this.#isLinked(head.number)) return {};
    const { versionHash, circuit, sum } = this.#unlinked;
    const call = callOf(this.#parts.freehold.proofs.link, { versionHash, circuit, linked: toHex(sum.linked) });
    return { steps: [{ id: this.id, name: "link", call }] };
  }

  /** Somebody who saw it in the mempool was faster. */
  refused(_: Step, error: string | undefined): boolean {
    return error === "CommitGroth16Verifier_Linked";
  }

  async #isLinked(block: number): Promise<boolean> {
    const { versionHash, circuit, sum } = this.#unlinked;
    return (await this.#parts.chain.linkedSum(versionHash, circuit, sum.x, block)) === sum.y;
  }
}
