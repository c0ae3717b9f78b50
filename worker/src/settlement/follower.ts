import { inferenceEscrowAbi } from "@freehold/sdk/abis";
import { Interface, type TransactionReceipt } from "ethers";
import type { Sender } from "../chain/sender.js";
import type { EscrowEvent } from "../chain/types.js";
import type { ChainView } from "../chain/view.js";
import { reason } from "../errors.js";
import type { Logger } from "../log.js";
import type { Metrics } from "../metrics.js";
import type { SettlementStatus, Store, StoredSettlement } from "../store/index.js";
import type { BooksKeeper } from "./books-keeper.js";

const ESCROW = new Interface(inferenceEscrowAbi);

type FinalStatus = Exclude<SettlementStatus, "pending">;

/** Follows a recorded settlement until the chain has decided, across restarts. */
export class Follower {
  readonly #store: Store;
  readonly #sender: Sender;
  readonly #keeper: BooksKeeper;
  readonly #patience: bigint;
  readonly #metrics: Metrics;
  readonly #log: Logger;
  #sentAt = 0n;

  /** @param patience seconds after which a transaction that is in no block is sent again with a higher fee */
  constructor(store: Store, sender: Sender, keeper: BooksKeeper, patience: bigint, metrics: Metrics, log: Logger) {
    this.#store = store;
    this.#sender = sender;
    this.#keeper = keeper;
    this.#patience = patience;
    this.#metrics = metrics;
    this.#log = log;
  }

  /** Anybody may settle, and payments may come from batches of earlier runs: the books follow the chain's events. */
  async observe(view: ChainView, events: readonly EscrowEvent[] | undefined): Promise<void> {
    if (events === undefined) return this.#keeper.reconcile(await this.#owing(), view, undefined);
    const settled = events.flatMap((event) =>
      event.kind === "settled" && event.block <= view.finalBlock ? [event.versionHash] : [],
    );
    if (settled.length > 0) await this.#keeper.reconcile(await this.#owing(), view, settled[0]);
    const ended = events.flatMap((event) =>
      event.kind === "channel" && event.isEnd && event.block <= view.finalBlock ? [event.channel] : [],
    );
    await this.#keeper.reconcile(ended, view, undefined);
  }

  /** Brings the pending settlement, if there is one, one step on. Returns whether that was the last one. */
  async follow(view: ChainView): Promise<boolean> {
    const pending = await this.#store.settlements.pending();
    if (pending === undefined) return false;
    const { transactions } = this.#sender;
    const receipt = await transactions.receipt(pending.hashes);
    if (receipt !== undefined) {
      if (receipt.blockNumber > view.finalBlock) return false;
      await this.#finish(pending, view, receipt.status === 1 ? "mined" : "reverted", paidBy(receipt));
    } else if ((await this.#sender.nonceAt(view.finalBlock)) > pending.nonce) {
      await this.#finish(pending, view, "dropped", 0n);
    } else {
      await this.#sendAgain(pending);
      return false;
    }
    return true;
  }

  async #finish(pending: StoredSettlement, view: ChainView, status: FinalStatus, total: bigint): Promise<void> {
    const channels = pending.claims.map((claim) => claim.channel);
    await this.#keeper.reconcile(channels, view, pending.versionHash);
    await this.#store.settlements.finish(pending.id, status, total, BigInt(Math.floor(Date.now() / 1000)));
    this.#metrics.settlements.inc({ result: status });
    this.#sentAt = 0n;
    this.#log.info({ settlement: Number(pending.id), status, units: total.toString() }, "settlement finished");
  }

  /** The first turn after a start sends it again as it is: nobody knows whether it left before. */
  async #sendAgain(pending: StoredSettlement): Promise<void> {
    const now = BigInt(Math.floor(Date.now() / 1000));
    if (this.#sentAt !== 0n && now - this.#sentAt < this.#patience) return;
    try {
      await this.#sender.exclusive(async () => {
        const raised = this.#sentAt === 0n ? undefined : await this.#sender.transactions.raise(pending.raw);
        if (raised !== undefined) await this.#store.settlements.replace(pending, raised.raw, raised.hash);
        return this.#sender.transactions.broadcast(raised?.raw ?? pending.raw);
      });
    } catch (error) {
      this.#log.warn({ settlement: Number(pending.id), reason: reason(error) }, "settlement not taken yet");
    }
    this.#sentAt = now;
  }

  async #owing(): Promise<bigint[]> {
    return [...new Set((await this.#store.debts.unsettled()).map((debt) => debt.channel))];
  }
}

/** Units that a settlement's transaction paid. */
function paidBy(receipt: TransactionReceipt): bigint {
  const totals = receipt.logs.flatMap((log) => {
    const parsed = ESCROW.parseLog(log);
    return parsed?.name === "BatchSettled" ? [parsed.args.total as bigint] : [];
  });
  return totals.reduce((sum, total) => sum + total, 0n);
}
