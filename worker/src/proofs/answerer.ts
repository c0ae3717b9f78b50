import { ContractRevertError } from "@freehold/sdk/errors";
import { Outbox, pendingOf } from "@freehold/sdk/watchtower";
import { EventLog } from "../chain/event-log.js";
import type { Sender } from "../chain/sender.js";
import type { Chain, ProofEvent } from "../chain/types.js";
import type { ChainView } from "../chain/view.js";
import { reason } from "../errors.js";
import type { Logger } from "../log.js";
import type { Metrics } from "../metrics.js";
import type { Store, StoredStep } from "../store/index.js";
import type { Demand, Step } from "./demand.js";

export interface ProofAnswererParts {
  readonly chain: Pick<Chain, "proofEvents">;
  readonly store: Pick<Store, "answers" | "proofs">;
  readonly sender: Sender;
  readonly metrics: Metrics;
  readonly log: Logger;
  /** Seconds after which a transaction that is in no block is sent again with a higher fee. */
  readonly patience: bigint;
  /** What follows a demand. */
  demandOf(event: ProofEvent): Demand;
  /** What policies ask for, whether or not anything happened; known ones again. */
  standing(): readonly Demand[];
}

/**
 * Meets demands of proofs: challenges of receipts, and audits of batches. A transaction is on disk before it leaves, a proof as soon as it is
 * made, and a restart finds every demand that runs in the arbiter's log.
 */
export class ProofAnswerer {
  readonly #parts: ProofAnswererParts;
  readonly #events: EventLog<ProofEvent>;
  readonly #outbox: Outbox<StoredStep>;
  readonly #demands = new Map<string, { demand: Demand; problem: string | undefined }>();
  /** Steps with transactions, of demands that run. */
  readonly #steps = new Map<string, StoredStep>();

  constructor(parts: ProofAnswererParts) {
    this.#parts = parts;
    const read = (from: number, to: number) => parts.chain.proofEvents(from, to);
    this.#events = new EventLog("proofs", read, parts.store.answers);
    this.#outbox = new Outbox({
      sender: parts.sender.transactions,
      account: parts.sender.address,
      patience: Number(parts.patience),
      save: (step) => this.#save(step),
      tell: ({ id }, fate, { step, hashes }, cause) => {
        const values = { id, step, transaction: hashes.at(-1) };
        if (cause === undefined) parts.log.info(values, `proof ${fate}`);
        else parts.log.warn({ ...values, reason: reason(cause) }, `proof ${fate}`);
      },
    });
  }

  /** Reads what is new, follows what was sent, does what is next. Throws when the chain does not answer. */
  async turn(view: ChainView): Promise<void> {
    if (this.#events.isNew) for (const step of await this.#parts.store.proofs.open()) this.#steps.set(step.id, step);
    for (const step of this.#steps.values()) {
      if (pendingOf(step) === undefined) continue;
      await this.#parts.sender.exclusive(() => this.#outbox.follow(step, view.finalBlock));
    }
    for (const event of await this.#events.read(view)) this.#take(event);
    for (const demand of this.#parts.standing()) {
      if (!this.#demands.has(demand.id)) this.#demands.set(demand.id, { demand, problem: undefined });
    }
    for (const { demand } of this.#demands.values()) await this.#look(demand, view);
    const blocks = [...this.#demands.values()].flatMap(({ demand }) => demand.block ?? []);
    await this.#events.keep(view, blocks.length === 0 ? undefined : Math.min(...blocks));
  }

  /** Another replica leads. */
  forget(): void {
    this.#events.forget();
    this.#demands.clear();
    this.#steps.clear();
  }

  #take(event: ProofEvent): void {
    const { metrics, log, demandOf } = this.#parts;
    const demand = demandOf(event);
    if (this.#demands.has(demand.id)) return;
    this.#demands.set(demand.id, { demand, problem: undefined });
    metrics.proofs.inc({ result: "demanded" });
    log.warn({ ...demand.subject, kind: event.kind }, "proofs are demanded");
  }

  async #look(demand: Demand, view: ChainView): Promise<void> {
    const { metrics, log } = this.#parts;
    let outlook: Awaited<ReturnType<Demand["look"]>>;
    try {
      outlook = await demand.look(view);
    } catch (error) {
      this.#problem(demand, reason(error));
      return;
    }
    if (outlook.over !== undefined) {
      this.#demands.delete(demand.id);
      for (const id of [...this.#steps.keys()]) if (id.startsWith(demand.id)) this.#steps.delete(id);
      metrics.proofs.inc({ result: outlook.over });
      log[outlook.over === "failed" ? "error" : "info"](
        { ...demand.subject, result: outlook.over },
        "a demand is over",
      );
      return;
    }
    if (outlook.problem !== undefined) this.#problem(demand, outlook.problem);
    for (const step of outlook.steps ?? []) await this.#send(demand, step);
  }

  /** It is tried out before it is signed; what the arbiter would refuse is looked at again in the next turn. */
  async #send(demand: Demand, { id, name, call }: Step): Promise<void> {
    const { sender, metrics, store } = this.#parts;
    const known = this.#steps.get(id) ?? (await store.proofs.find(id)) ?? { id, proof: undefined, transactions: [] };
    // What is mined shows in the state of the chain as soon as the view is as new as that.
    if (known.transactions.some(({ status }) => status === "pending" || status === "mined")) return;
    try {
      await sender.exclusive(() => this.#outbox.send(known, { step: name, call }, this.#steps.values()));
    } catch (error) {
      const refusal = error instanceof ContractRevertError ? error.errorName : undefined;
      if (demand.refused({ id, name, call }, refusal)) return;
      metrics.proofs.inc({ result: "not-sent" });
      this.#problem(demand, `${name}: ${reason(error)}`);
    }
  }

  async #save(step: StoredStep): Promise<void> {
    await this.#parts.store.proofs.save(step, BigInt(Math.floor(Date.now() / 1000)));
    this.#steps.set(step.id, step);
  }

  /** Tells of a problem once, until there is another one. */
  #problem(demand: Demand, problem: string): void {
    const known = this.#demands.get(demand.id);
    if (known === undefined || known.problem === problem) return;
    known.problem = problem;
    this.#parts.metrics.proofs.inc({ result: "unprovable" });
    this.#parts.log.error({ ...demand.subject, problem }, "proofs cannot be shown");
  }
}
