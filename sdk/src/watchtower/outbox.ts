import { min } from "../bigint.js";
import { FreeholdError } from "../errors/base.js";
import type { Hex } from "../hex.js";
import { MAX_TRANSACTION_GAS } from "../settlement/gas.js";
import { type JobTransaction, pendingOf, type WithTransactions } from "./jobs.js";
import type { TransactionSender } from "./sender.js";
import type { Next } from "./situation.js";

/** What the outbox tells of a transaction. */
export type Fate = "sent" | "mined" | "reverted" | "dropped" | "raised" | "not taken";

/** @typeParam R what transactions are sent for: a job, or something else of which they are known */
export interface OutboxOptions<R extends WithTransactions> {
  readonly sender: TransactionSender;
  readonly account: string;
  /** Seconds of wall clock after which a transaction that is in no block is sent again with a higher fee. */
  readonly patience: number;
  /** Durable when it resolves. */
  save(record: R): Promise<void>;
  tell(record: R, fate: Fate, transaction: JobTransaction, cause?: unknown): void;
}

/**
 * Transactions of jobs: written down when they are signed, then sent, then followed until the chain has decided. A process that died
 * anywhere in between goes on with the same bytes, so that no step of a job is ever mined twice.
 */
export class Outbox<R extends WithTransactions> {
  readonly #options: OutboxOptions<R>;
  /** Wall clock, seconds, of the last broadcast by this process, by hash. */
  readonly #sentAt = new Map<Hex, number>();

  constructor(options: OutboxOptions<R>) {
    this.#options = options;
  }

  /** Brings a job's pending transaction one step on. Returns the record as it is then. */
  async follow(record: R, finalBlock: number): Promise<R> {
    const pending = pendingOf(record);
    if (pending === undefined) return record;
    const { sender, account } = this.#options;
    const receipt = await sender.receipt(pending.hashes);
    if (receipt !== undefined) {
      if (receipt.blockNumber > finalBlock) return record;
      return this.#decide(record, pending, receipt.status === 1 ? "mined" : "reverted", receipt.blockNumber);
    }
    if ((await sender.nonceAt(account, finalBlock)) > pending.nonce) {
      return this.#decide(record, pending, "dropped", undefined);
    }
    return this.#sendAgain(record, pending);
  }

  /** Signs a job's next transaction, writes it down and sends it. `records`: all open ones, whose nonces are taken. */
  async send(
    record: R,
    next: Pick<Next & { do: "send" }, "step" | "call">,
    records: Iterable<WithTransactions>,
  ): Promise<R> {
    const { sender, account, save } = this.#options;
    const { to, data } = await next.call.prepare();
    const gas = await next.call.estimateGas();
    if (gas > MAX_TRANSACTION_GAS) {
      throw new FreeholdError("TOO_MUCH_GAS", `${next.step} takes ${gas} gas, a transaction has less`);
    }
    const nonce = await sender.nextNonce(account, leastNonce(records));
    const gasLimit = min((gas * 5n) / 4n, MAX_TRANSACTION_GAS);
    const { raw, hash } = await sender.sign({ to, data, gasLimit, nonce });
    const transaction: JobTransaction = {
      step: next.step,
      nonce,
      raw,
      hashes: [hash],
      status: "pending",
      block: undefined,
    };
    const written = { ...record, transactions: [...record.transactions, transaction] };
    await save(written);
    await this.#broadcast(written, transaction, "sent");
    return written;
  }

  async #decide(
    record: R,
    pending: JobTransaction,
    status: "mined" | "reverted" | "dropped",
    block: number | undefined,
  ): Promise<R> {
    const decided = { ...pending, status, block };
    const written = replace(record, pending, decided);
    await this.#options.save(written);
    for (const hash of pending.hashes) this.#sentAt.delete(hash);
    this.#options.tell(written, status, decided);
    return written;
  }

  /** The first turn of a process sends it as it is: nobody knows whether it left before. */
  async #sendAgain(record: R, pending: JobTransaction): Promise<R> {
    const sentAt = this.#sentAt.get(pending.hashes.at(-1) ?? "0x");
    if (sentAt === undefined) {
      await this.#broadcast(record, pending, "sent");
      return record;
    }
    if (seconds() - sentAt < this.#options.patience) return record;
    const raised = await this.#options.sender.raise(pending.raw);
    if (raised === undefined) {
      await this.#broadcast(record, pending, "sent");
      return record;
    }
    const replaced = { ...pending, raw: raised.raw, hashes: [...pending.hashes, raised.hash] };
    const written = replace(record, pending, replaced);
    await this.#options.save(written);
    await this.#broadcast(written, replaced, "raised");
    return written;
  }

  async #broadcast(record: R, transaction: JobTransaction, fate: Fate): Promise<void> {
    this.#sentAt.set(transaction.hashes.at(-1) ?? "0x", seconds());
    try {
      await this.#options.sender.broadcast(transaction.raw);
      this.#options.tell(record, fate, transaction);
    } catch (cause) {
      this.#options.tell(record, "not taken", transaction, cause);
    }
  }
}

function replace<R extends WithTransactions>(record: R, before: JobTransaction, after: JobTransaction): R {
  return { ...record, transactions: record.transactions.map((one) => (one === before ? after : one)) };
}

/** One more than the highest nonce that is written down and undecided: it may not have left yet. */
function leastNonce(records: Iterable<WithTransactions>): number {
  let least = 0;
  for (const record of records) least = Math.max(least, (pendingOf(record)?.nonce ?? -1) + 1);
  return least;
}

const seconds = () => Math.floor(performance.now() / 1000);
