import { randomScalar } from "@freehold/circuits";
import type { CircuitRef, Hex } from "@freehold/sdk";
import type { Chain } from "../chain/types.js";
import type { Enclave } from "../enclave/enclave.js";
import { reason, WorkerError } from "../errors.js";
import type { Logger } from "../log.js";
import type { Store, SumName } from "../store/index.js";
import type { CommittedModel } from "./committed.js";
import type { ProvingKeys } from "./keys.js";
import type { ProofThread } from "./prover.js";
import type { LinkResult } from "./tasks.js";

/** Milliseconds between two looks at what the chain has of a sum, and after which one that could not be made is tried again. */
const PAUSE = 1_000;
const RETRY = 30_000;

export interface SumParts {
  readonly store: Pick<Store, "sums">;
  readonly enclave: Pick<Enclave, "keepsWitnesses" | "sealBlinder" | "openBlinder">;
  readonly chain: Pick<Chain, "areDigestsProven" | "linkedSum">;
  readonly keys: Pick<ProvingKeys, "get" | "linkOf">;
  readonly thread: Pick<ProofThread, "link">;
  readonly log: Logger;
}

/** A version whose answers are to be proven in tier 2. */
export interface SumSubject {
  readonly versionHash: Hex;
  readonly circuit: CircuitRef;
  readonly circuitId: Hex;
  readonly model: Pick<CommittedModel, "shape" | "weights" | "anchor" | "blinder">;
}

/** A sum of a version's committed weights, and what proofs against it need. */
export interface OpenedSum extends LinkResult {
  readonly blinder: bigint;
}

/** A sum that the chain has not linked. */
export interface UnlinkedSum extends SumName {
  readonly circuit: CircuitRef;
  readonly sum: OpenedSum;
  /** It is linked: nobody has to do it any more. */
  done(): void;
}

/** No model is in it: superseded ones would stay in memory. */
interface Entry extends SumName {
  readonly circuit: CircuitRef;
  why: string | undefined;
  /** Until it is made. */
  sum: OpenedSum | undefined;
  isDue: boolean;
  isBusy: boolean;
  notBefore: number;
}

/**
 * Tier 2: the sums that this node's proofs are made with, one for each version and circuit. Each has a blinder of its own, which is on disk
 * before anybody sees the sum, and counts once the chain has it as linked to the version's anchor.
 */
export class LinkedSums {
  readonly #parts: SumParts;
  readonly #entries = new Map<string, Entry>();

  constructor(parts: SumParts) {
    this.#parts = parts;
  }

  /** Why no proof of a version would be taken yet; undefined: its sum is linked, in a block that stays. Begins to see to it. */
  missing(subject: SumSubject, finalBlock: number): string | undefined {
    const entry = this.#entry(subject);
    if (entry.why !== undefined && !entry.isBusy && performance.now() >= entry.notBefore) {
      entry.isBusy = true;
      void this.#look(entry, subject, finalBlock).finally(() => {
        entry.isBusy = false;
      });
    }
    return entry.why;
  }

  /** Those that somebody has to link. */
  get unlinked(): readonly UnlinkedSum[] {
    return [...this.#entries.values()].flatMap((entry) => {
      const { isDue, sum, versionHash, circuitId, circuit } = entry;
      const done = () => {
        entry.isDue = false;
      };
      return isDue && sum !== undefined ? [{ versionHash, circuitId, circuit, sum, done }] : [];
    });
  }

  /** The sum that a version was served with. Throws `NO_SUM` when the books have none, and what stands in its way. */
  async of(subject: SumSubject): Promise<OpenedSum> {
    const entry = this.#entry(subject);
    if (entry.sum === undefined && (await this.#parts.store.sums.find(subject)) === undefined) {
      throw new WorkerError("NO_SUM", "the books have no blinder of the sum that its proofs are made with");
    }
    entry.sum ??= await this.#open(subject);
    return entry.sum;
  }

  #entry({ versionHash, circuitId, circuit }: SumSubject): Entry {
    const name = `${versionHash}/${circuitId}`;
    const known = this.#entries.get(name);
    if (known !== undefined) return known;
    const why = "the sum of its committed weights is being made";
    const entry = { versionHash, circuitId, circuit, why, sum: undefined, isDue: false, isBusy: false, notBefore: 0 };
    this.#entries.set(name, entry);
    return entry;
  }

  async #look(entry: Entry, subject: SumSubject, finalBlock: number): Promise<void> {
    const { chain, log } = this.#parts;
    const { circuitId, circuit, versionHash } = subject;
    try {
      entry.sum ??= await this.#open(subject);
      entry.notBefore = performance.now() + PAUSE;
      if (!(await chain.areDigestsProven(versionHash, finalBlock))) {
        entry.why = "it is not registered in tier 2: prove its registration (proofs.proveRegistration)";
        return;
      }
      const { x, y } = entry.sum;
      const isLinked = (await chain.linkedSum(versionHash, circuit, x, finalBlock)) === y;
      entry.isDue = !isLinked;
      entry.why = isLinked ? undefined : "the sum of its committed weights is not linked on the chain yet";
      if (isLinked) log.info({ versionHash, circuitId }, "sum linked");
    } catch (error) {
      entry.why = `its sum cannot be linked: ${reason(error)}`;
      entry.notBefore = performance.now() + (entry.sum === undefined ? RETRY : PAUSE);
    }
  }

  async #open(subject: SumSubject): Promise<OpenedSum> {
    const { keys, thread } = this.#parts;
    const { circuitId, model } = subject;
    const { shape, weights, anchor, blinder: anchorBlinder } = model;
    if (anchor === undefined) throw new WorkerError("UNPROVABLE_VERSION", "its owner anchored no Pedersen point of it");
    if (anchorBlinder === undefined) {
      throw new WorkerError("UNPROVABLE_VERSION", "its file has no blinder of the Pedersen point");
    }
    const [key, link] = [keys.get(circuitId), keys.linkOf(circuitId)];
    if (key === undefined || link === undefined) throw new WorkerError("NO_PROVING_KEY", "its keys are being read");
    const blinder = await this.#blinder(subject);
    const made = await thread.link({ shape, key, link, weights, anchor, anchorBlinder, blinder });
    return { ...made, blinder };
  }

  /** The blinder of the books. Where the environment keeps nothing, and for one that other code sealed, a fresh one: it is linked anew. */
  async #blinder({ versionHash, circuitId }: SumSubject): Promise<bigint> {
    const { store, enclave } = this.#parts;
    const name = { versionHash, circuitId };
    if (!enclave.keepsWitnesses) return randomScalar();
    for (;;) {
      const sealed = await store.sums.find(name);
      if (sealed === undefined) {
        await store.sums.add(name, enclave.sealBlinder(name, randomScalar()));
        continue;
      }
      try {
        return enclave.openBlinder(name, sealed);
      } catch (error) {
        if (!(error instanceof WorkerError) || error.code !== "OTHER_CODE") throw error;
        await store.sums.remove(name, sealed);
      }
    }
  }
}
