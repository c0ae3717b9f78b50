import type { Signer } from "ethers";
import type { Freehold } from "../client.js";
import { type Domain, escrowDomain } from "../eip712/domains.js";
import { ConfigurationError } from "../errors/config.js";
import { newestBlock, providerOf } from "../head.js";
import { Closings } from "./closings.js";
import { type Happened, TowerEvents } from "./events.js";
import { CHALLENGE, hasBond, type JobRecord, type JobStore, type Outcome, pendingOf } from "./jobs.js";
import { type Fate, Outbox } from "./outbox.js";
import { TransactionSender } from "./sender.js";
import { bookOf, type Next, type TowerPolicy, type TowerSituation } from "./situation.js";
import { nextStep, subjectOf } from "./steps/index.js";

/** What a tower tells while it works. */
export type TowerReport =
  | { readonly what: Fate; readonly id: string; readonly step: string; readonly hash: string; readonly cause?: unknown }
  | { readonly what: "finished"; readonly id: string; readonly status: "done" | "failed"; readonly outcome: Outcome }
  | { readonly what: "problem"; readonly id: string; readonly problem: string; readonly cause?: unknown };

export interface WatchtowerOptions {
  readonly freehold: Freehold;
  /** Whose gas and bonds it spends: an account of its own, with a key at hand. Nothing else may send from it. */
  readonly signer: Signer;
  readonly store: JobStore;
  readonly policy?: Partial<TowerPolicy>;
  /** Blocks on top of a transaction before it counts; default 2. */
  readonly confirmations?: number;
  /** Seconds after which the fee of a transaction that is in no block is raised; default 60. */
  readonly patience?: number;
  readonly tell?: (report: TowerReport) => void;
}

/** What one turn did. */
export interface TurnResult {
  /** Jobs that are open, and transactions that the chain has not decided. */
  readonly open: number;
  readonly pending: number;
  /** Jobs that could not be looked at, because the chain did not answer. */
  readonly failed: number;
}

/** An hour; an hour; no limit. */
const POLICY: TowerPolicy = { margin: 3_600n, challengeDelay: 3_600n, maxBonds: Number.POSITIVE_INFINITY };
/** Jobs that are looked at at once. */
const WIDTH = 16;
/** Transactions of one job that may revert before it is given up. */
const MAX_REVERTS = 5;

interface Constants extends Pick<TowerSituation, "maxBatchAge" | "vestPeriod" | "bond"> {
  readonly account: string;
  readonly domain: Domain;
}

type Sending = readonly [JobRecord, Next & { do: "send" }];

/**
 * Does in time what nodes and payers who are away asked for: lands settlements, challenges debits that nobody signed for, answers
 * challenges, convicts. Over the actions of a client; whoever holds it calls {@link turn} again and again.
 */
export class Watchtower {
  readonly #options: WatchtowerOptions;
  readonly #freehold: Freehold;
  readonly #events: TowerEvents;
  readonly #closings: Closings;
  readonly #records = new Map<string, JobRecord>();
  /** Jobs that wait, and the chain time at which they are looked at again. */
  readonly #waiting = new Map<string, bigint | undefined>();
  readonly #problems = new Map<string, string>();
  #constants: Constants | undefined;
  #outbox: Outbox<JobRecord> | undefined;

  constructor(options: WatchtowerOptions) {
    this.#options = options;
    const provider = providerOf(options.freehold);
    if (options.signer.provider === null) {
      throw new ConfigurationError(
        "NO_PROVIDER",
        "the signer has no provider",
        "Connect it: signer.connect(provider).",
      );
    }
    this.#freehold = options.freehold.withSigner(options.signer);
    this.#events = new TowerEvents(this.#freehold, provider);
    this.#closings = new Closings(this.#freehold);
  }

  /** Looks at every job that something happened to, or whose time has come. Throws when the chain does not answer. */
  async turn(): Promise<TurnResult> {
    const constants = await this.#readConstants();
    const provider = providerOf(this.#freehold);
    const head = await newestBlock(provider);
    for (const record of await this.#options.store.open(new Set(this.#records.keys()))) {
      this.#records.set(record.id, record);
    }
    this.#wake(await this.#events.since(head.number));
    const finalBlock = Math.max(0, head.number - (this.#options.confirmations ?? 2));
    await this.#follow(finalBlock);

    const situation: TowerSituation = {
      ...constants,
      freehold: this.#freehold,
      provider,
      now: head.time,
      block: head.number,
      finalBlock,
      policy: { ...POLICY, ...this.#options.policy },
      records: [...this.#records.values()],
      closings: this.#closings,
    };
    const { sendings, failed } = await this.#look(situation);
    for (const sending of sendings.toSorted(([, a], [, b]) => Number(a.deadline - b.deadline))) {
      await this.#send(sending);
    }
    const pending = [...this.#records.values()].filter((record) => pendingOf(record) !== undefined).length;
    return { open: this.#records.size, pending, failed };
  }

  async #readConstants(): Promise<Constants> {
    if (this.#constants === undefined) {
      const { freehold, signer } = { freehold: this.#freehold, signer: this.#options.signer };
      const [account, escrow, arbiter] = await Promise.all([
        signer.getAddress(),
        freehold.escrow.parameters(),
        freehold.arbiter.parameters(),
      ]);
      const { maxBatchAge, vestPeriod, unit } = escrow;
      const address = await freehold.contract("InferenceEscrow").getAddress();
      const domain = escrowDomain(freehold.chainId, address);
      this.#constants = { account, domain, maxBatchAge, vestPeriod, bond: arbiter.bond * unit };
      this.#outbox = new Outbox<JobRecord>({
        sender: new TransactionSender(signer, providerOf(freehold), freehold.chainId),
        account,
        patience: this.#options.patience ?? 60,
        save: (record) => this.#save(record),
        tell: (record, what, { step, hashes }, cause) =>
          this.#tell({ what, id: record.id, step, hash: hashes.at(-1) ?? "", cause }),
      });
    }
    return this.#constants;
  }

  #wake(happened: Happened | undefined): void {
    if (happened === undefined) {
      this.#waiting.clear();
      this.#closings.forgetAll();
      return;
    }
    for (const id of happened.closing) this.#closings.forget(id);
    for (const record of this.#records.values()) {
      if (happened.books.has(bookOf(subjectOf(record)))) this.#waiting.delete(record.id);
    }
  }

  async #follow(finalBlock: number): Promise<void> {
    const pending = [...this.#records.values()].filter((record) => pendingOf(record) !== undefined);
    // In the order of their nonces: what was never sent goes out before what builds on it.
    const nonce = (record: JobRecord) => pendingOf(record)?.nonce ?? 0;
    for (const record of pending.toSorted((a, b) => nonce(a) - nonce(b))) {
      await this.#outbox?.follow(record, finalBlock);
    }
  }

  async #look(situation: TowerSituation): Promise<{ sendings: Sending[]; failed: number }> {
    const isAwake = (record: JobRecord) => {
      const isDue = !this.#waiting.has(record.id) || (this.#waiting.get(record.id) ?? FAR) <= situation.now;
      return isDue && pendingOf(record) === undefined;
    };
    const awake = situation.records.filter(isAwake);
    const sendings: Sending[] = [];
    let failed = 0;
    for (let start = 0; start < awake.length; start += WIDTH) {
      const page = awake.slice(start, start + WIDTH);
      const results = await Promise.allSettled(page.map((record) => this.#decide(record, situation)));
      for (const [i, result] of results.entries()) {
        const record = page[i];
        if (record === undefined) continue;
        if (result.status === "fulfilled") {
          if (result.value !== undefined) sendings.push([record, result.value]);
        } else {
          failed++;
          this.#problem(record, "it could not be looked at", result.reason);
        }
      }
    }
    return { sendings, failed };
  }

  /** What is to be sent for a job now, if anything. */
  async #decide(record: JobRecord, situation: TowerSituation): Promise<(Next & { do: "send" }) | undefined> {
    const reverts = record.transactions.filter(({ status }) => status === "reverted").length;
    const next: Next =
      reverts < MAX_REVERTS
        ? await nextStep(record, situation)
        : { do: "finish", status: "failed", outcome: "reverted" };
    if (next.do === "send") return next;
    if (next.do === "finish") {
      await this.#finish(record, next);
      return undefined;
    }
    this.#waiting.set(record.id, next.until);
    // Before it is told: whoever hears of it may take the time as written down.
    if (next.seenAt !== undefined && next.seenAt !== record.seenAt)
      await this.#save({ ...record, seenAt: next.seenAt });
    if (next.problem !== undefined) this.#problem(record, next.problem);
    if (next.problem !== undefined && next.until === undefined) this.#waiting.delete(record.id);
    return undefined;
  }

  async #send([record, next]: Sending): Promise<void> {
    const records = [...this.#records.values()];
    if (next.shared && records.some((other) => pendingOf(other)?.step === next.step)) return;
    const { maxBonds } = { ...POLICY, ...this.#options.policy };
    const bonds = records.filter(hasBond).length;
    if (next.step === CHALLENGE && bonds >= maxBonds) {
      this.#problem(record, `it should challenge, and ${bonds} bonds are at stake already`);
      return;
    }
    try {
      await this.#outbox?.send(record, next, this.#records.values());
    } catch (cause) {
      this.#problem(record, `${next.step} cannot be sent`, cause);
    }
  }

  async #finish(record: JobRecord, { status, outcome }: Next & { do: "finish" }): Promise<void> {
    await this.#save({ ...record, status, outcome });
    this.#records.delete(record.id);
    this.#waiting.delete(record.id);
    this.#problems.delete(record.id);
    this.#tell({ what: "finished", id: record.id, status, outcome });
  }

  async #save(record: JobRecord): Promise<void> {
    await this.#options.store.save(record);
    this.#records.set(record.id, record);
  }

  /** Tells of a problem once, until there is another one. */
  #problem(record: JobRecord, problem: string, cause?: unknown): void {
    const text = cause instanceof Error ? `${problem}: ${cause.message}` : problem;
    if (this.#problems.get(record.id) === text) return;
    this.#problems.set(record.id, text);
    this.#tell({ what: "problem", id: record.id, problem: text, cause });
  }

  #tell(report: TowerReport): void {
    this.#options.tell?.(report);
  }
}

/** Later than any chain time. */
const FAR = 2n ** 64n;
