import type { Domain, Freehold, Hex } from "@freehold/sdk";
import {
  type JobRecord,
  jobId,
  type Next,
  newRecord,
  Outbox,
  pendingOf,
  type VoucherJob,
  voucherStep,
} from "@freehold/sdk/watchtower";
import { EventLog } from "../chain/event-log.js";
import type { Sender } from "../chain/sender.js";
import type { Chain, ChallengeEvent } from "../chain/types.js";
import type { ChainView } from "../chain/view.js";
import { reason } from "../errors.js";
import type { Logger } from "../log.js";
import type { Metrics } from "../metrics.js";
import type { BooksKeeper } from "../settlement/books-keeper.js";
import type { Store } from "../store/index.js";

export interface AnswererParts {
  readonly freehold: Freehold;
  readonly domain: Domain;
  readonly lineId: Hex;
  readonly store: Store;
  readonly chain: Chain;
  readonly sender: Sender;
  readonly keeper: BooksKeeper;
  readonly metrics: Metrics;
  readonly log: Logger;
  /** Seconds after which an answer that is in no block is sent again with a higher fee. */
  readonly patience: bigint;
}

/** A challenge that was opened and is not known to be over. */
interface Running {
  block: number;
  answerBy: bigint;
  /** How it ended, when the log says so. */
  end: "answered" | "upheld" | undefined;
  /** What the log was told last. */
  problem: string | undefined;
}

type AnswerRecord = JobRecord & { readonly job: VoucherJob };

/**
 * Answers challenges of the node's channels with the highest vouchers of the books. It decides and sends as a watchtower does; a
 * transaction is on disk before it leaves, and a restart finds every challenge that runs in the arbiter's log.
 */
export class Answerer {
  readonly #parts: AnswererParts;
  readonly #events: EventLog<ChallengeEvent>;
  readonly #outbox: Outbox<AnswerRecord>;
  readonly #running = new Map<bigint, Running>();
  readonly #records = new Map<string, AnswerRecord>();

  constructor(parts: AnswererParts) {
    this.#parts = parts;
    const read = (from: number, to: number) => parts.chain.challengeEvents(from, to);
    this.#events = new EventLog("challenges", read, parts.store.answers);
    this.#outbox = new Outbox({
      sender: parts.sender.transactions,
      account: parts.sender.address,
      patience: Number(parts.patience),
      save: (record) => this.#save(record),
      tell: (record, fate, { hashes }, cause) => {
        const { channel } = record.job.voucher;
        const values = { channel: channel.toString(), transaction: hashes.at(-1) };
        if (cause === undefined) parts.log.info(values, `answer ${fate}`);
        else parts.log.warn({ ...values, reason: reason(cause) }, `answer ${fate}`);
      },
    });
  }

  /** Reads what is new, follows what was sent, answers what runs. Throws when the chain does not answer. */
  async turn(view: ChainView): Promise<void> {
    if (this.#events.isNew) await this.#recall();
    for (const record of this.#records.values()) {
      if (pendingOf(record) === undefined) continue;
      await this.#parts.sender.exclusive(() => this.#outbox.follow(record, view.finalBlock));
    }
    for (const event of await this.#events.read(view)) await this.#take(event, view);
    for (const [channel, running] of this.#running) await this.#look(channel, running, view);
    const blocks = [...this.#running.values()].map(({ block }) => block);
    await this.#events.keep(view, blocks.length === 0 ? undefined : Math.min(...blocks));
  }

  /** Another replica leads. */
  forget(): void {
    this.#events.forget();
    this.#running.clear();
    this.#records.clear();
  }

  async #recall(): Promise<void> {
    for (const { channel, cumulative, signature, transactions } of await this.#parts.store.answers.open()) {
      const record = this.#recordOf(channel, { cumulative, signature });
      this.#records.set(record.id, { ...record, transactions });
    }
  }

  async #take(event: ChallengeEvent, view: ChainView): Promise<void> {
    const { log, metrics, keeper } = this.#parts;
    const { channel, block } = event;
    const running = this.#running.get(channel);
    if (event.kind === "opened") {
      if (running !== undefined && running.block >= block) return;
      this.#running.set(channel, { block, answerBy: event.answerBy, end: undefined, problem: undefined });
      metrics.challenges.inc({ result: "opened" });
      const { asserted, debited, answerBy } = event;
      const values = { channel: channel.toString(), asserted: asserted.toString(), debited: debited.toString() };
      log.warn({ ...values, answerBy: answerBy.toString() }, "a debit was challenged");
      return;
    }
    if (running !== undefined && block >= running.block) running.end = event.kind;
    // What was taken without consent is given back: the books follow.
    if (event.kind === "upheld" && block <= view.finalBlock) await keeper.reconcile([channel], view, undefined);
  }

  async #look(channel: bigint, running: Running, view: ChainView): Promise<void> {
    const { chain, metrics, log } = this.#parts;
    if (running.block <= view.finalBlock && !(await chain.isChallenged(channel, view.finalBlock))) {
      this.#running.delete(channel);
      const result = running.end ?? "ended";
      metrics.challenges.inc({ result });
      log[result === "upheld" ? "error" : "info"]({ channel: channel.toString(), result }, "a challenge is over");
      return;
    }
    if (view.head.timestamp > running.answerBy) {
      this.#problem(channel, running, "the time to answer is over");
      return;
    }
    const voucher = (await this.#parts.store.books.channel(channel))?.voucher;
    if (voucher === undefined) {
      this.#problem(channel, running, "the books hold no voucher of this channel");
      return;
    }
    const fresh = this.#recordOf(channel, { ...voucher, signature: voucher.signature as Hex });
    const record = this.#records.get(fresh.id) ?? fresh;
    if (pendingOf(record) === undefined) await this.#answer(record, running, view);
  }

  async #answer(record: AnswerRecord, running: Running, view: ChainView): Promise<void> {
    const { freehold, domain } = this.#parts;
    const { channel } = record.job.voucher;
    const situation = { freehold, domain, now: view.head.timestamp, records: [] };
    const next = await voucherStep(record, record.job, situation);
    if (next.do === "send") await this.#send(record, next);
    else if (next.do === "finish") this.#problem(channel, running, `its voucher is of no use: ${next.outcome}`);
    else if (next.problem !== undefined) this.#problem(channel, running, next.problem);
  }

  /** It is tried out before it is signed; what the arbiter would refuse is looked at again in the next turn. */
  async #send(record: AnswerRecord, next: Next & { do: "send" }): Promise<void> {
    const { sender, log, metrics } = this.#parts;
    try {
      await sender.exclusive(() => this.#outbox.send(record, next, this.#records.values()));
    } catch (error) {
      metrics.challenges.inc({ result: "not-sent" });
      log.warn({ channel: record.job.voucher.channel.toString(), reason: reason(error) }, "an answer cannot be sent");
    }
  }

  async #save(record: AnswerRecord): Promise<void> {
    const { channel, cumulative } = record.job.voucher;
    const { signature } = record.job;
    await this.#parts.store.answers.save({ channel, cumulative, signature, transactions: record.transactions });
    this.#records.set(record.id, record);
  }

  #recordOf(channel: bigint, { cumulative, signature }: { cumulative: bigint; signature: Hex }): AnswerRecord {
    const { sender, lineId, domain } = this.#parts;
    const job: VoucherJob = {
      kind: "voucher",
      voucher: { node: sender.address, channel, lineId, cumulative },
      signature,
    };
    return { ...newRecord(jobId(job, domain), job, 0n), job };
  }

  /** Tells of a problem once, until there is another one. */
  #problem(channel: bigint, running: Running, problem: string): void {
    if (running.problem === problem) return;
    running.problem = problem;
    this.#parts.metrics.challenges.inc({ result: "unanswerable" });
    const values = { channel: channel.toString(), answerBy: running.answerBy.toString() };
    this.#parts.log.error({ ...values, problem }, "a challenge cannot be answered");
  }
}
