import { isCallException, type JsonRpcProvider } from "ethers";
import { min } from "../bigint.js";
import type { Channels } from "../chain/channels.js";
import { refusal } from "../chain/refusal.js";
import type { Sender } from "../chain/sender.js";
import type { Chain } from "../chain/types.js";
import type { ChainView } from "../chain/view.js";
import type { Enclave } from "../enclave/enclave.js";
import { reason } from "../errors.js";
import type { Logger } from "../log.js";
import type { Metrics } from "../metrics.js";
import type { Debt, Store } from "../store/index.js";
import { RefusedError, type SignedBatch, signPlan, simulate } from "./batch.js";
import type { BooksKeeper } from "./books-keeper.js";
import { type BatchPlan, nextBatch, type SettlementPolicy } from "./plan.js";

/** Milliseconds for which rows rest that the escrow would not pay now. */
const REST = 60_000;

export interface SettlerParts {
  readonly store: Store;
  readonly chain: Chain;
  readonly provider: JsonRpcProvider;
  readonly sender: Sender;
  readonly enclave: Enclave;
  readonly channels: Channels;
  readonly keeper: BooksKeeper;
  readonly metrics: Metrics;
  readonly log: Logger;
  readonly escrow: string;
  readonly policy: SettlementPolicy;
  readonly maxBatchAge: bigint;
}

/**
 * Plans, signs, records and sends settlements. The record is on disk before the transaction leaves; nothing new is planned
 * while one is pending, so `metered` of a row is always what the escrow paid plus what is owed since.
 */
export class Settler {
  readonly #parts: SettlerParts;
  /** Rows by version and channel, and until when (monotonic clock) they are left alone. */
  readonly #resting = new Map<string, number>();
  #all = false;

  constructor(parts: SettlerParts) {
    this.#parts = parts;
  }

  /** From now on settles everything, until nothing is left. */
  settleAll(): void {
    this.#all = true;
  }

  /** Sends the next settlement if one is due. Throws what the RPC endpoint answers; books stay as they are then. */
  async settle(view: ChainView): Promise<boolean> {
    const { store, channels, policy, maxBatchAge } = this.#parts;
    if ((await store.settlements.pending()) !== undefined) return false;
    const debts = (await store.debts.unsettled()).filter((debt) => !this.#rests(debt));
    // Events keep these up to date once they are cached.
    await Promise.all(debts.map((debt) => channels.get(debt.channel)));
    const plan = nextBatch(debts, {
      policy,
      maxBatchAge,
      chainTime: view.head.timestamp,
      wallTime: BigInt(Math.floor(Date.now() / 1000)),
      activeHash: view.active.hash,
      isClosing: (channel) => channels.isClosing(channel),
      all: this.#all,
    });
    if (plan === undefined) {
      this.#all = false;
      return false;
    }
    return this.#execute(plan, view);
  }

  async #execute(plan: BatchPlan, view: ChainView): Promise<boolean> {
    const { chain, keeper, maxBatchAge, sender } = this.#parts;
    const payableUntil = await chain.payableUntil(plan.lineId, plan.versionHash, view.finalBlock);
    if (await keeper.writeOffUnpayable(plan.debts, payableUntil, view.head.timestamp, maxBatchAge)) return false;
    const debts = await this.#inStep(plan.debts, view);
    if (debts.length === 0) return false;
    try {
      return await sender.exclusive(() => this.#send({ ...plan, debts }));
    } catch (error) {
      if (!(error instanceof RefusedError)) throw error;
      this.#parts.metrics.settlements.inc({ result: "refused" });
      this.#parts.log.error({ version: plan.versionHash, reason: error.message }, "this work cannot be settled now");
      this.#rest(debts);
      return false;
    }
  }

  /** Rows whose books agree with the newest block; the others are brought up to date and wait for the next turn. */
  async #inStep(debts: readonly Debt[], view: ChainView): Promise<Debt[]> {
    const { chain, keeper } = this.#parts;
    const states = await Promise.all(debts.map((debt) => chain.channel(debt.channel)));
    const agree = (debt: Debt, i: number) => states[i]?.paid === debt.accounted && states[i]?.closed === false;
    const behind = debts.filter((debt, i) => !agree(debt, i));
    await keeper.reconcile(
      behind.map((debt) => debt.channel),
      view,
      undefined,
    );
    return debts.filter(agree);
  }

  async #send(plan: BatchPlan): Promise<boolean> {
    const { enclave, chain, sender, store, metrics, log, escrow } = this.#parts;
    const signed = await this.#fit(await signPlan(plan, sender.address, enclave, chain));
    const transaction = await sender.sign({ to: escrow, data: signed.data, gasLimit: signed.gasLimit });
    const settlement = await store.settlements.record(
      {
        lineId: signed.batch.lineId,
        versionHash: signed.batch.versionHash,
        claims: signed.batch.claims,
        lastAt: signed.batch.lastAt,
        receiptKey: signed.receiptKey,
        ...transaction,
      },
      BigInt(Math.floor(Date.now() / 1000)),
    );
    log.info(
      {
        settlement: Number(settlement.id),
        cause: plan.cause,
        rows: signed.debts.length,
        transaction: transaction.hash,
      },
      "settlement sent",
    );
    try {
      await sender.broadcast(transaction.raw);
    } catch (error) {
      metrics.settlements.inc({ result: "not-sent" });
      log.warn({ transaction: transaction.hash, reason: reason(error) }, "settlement not taken yet; it is sent again");
    }
    return true;
  }

  /** Drops rows that pay nothing and halves what is over the gas cap, until the batch would do what it says. */
  async #fit(signed: SignedBatch): Promise<SignedBatch & { gasLimit: bigint }> {
    const { enclave, chain, sender, log, policy } = this.#parts;
    let current = signed;
    while (true) {
      const { skipped, gas } = await this.#simulate(current);
      const paying = current.debts.filter((_, i) => ((skipped >> BigInt(i)) & 1n) === 0n);
      if (paying.length === current.debts.length && gas <= policy.maxGas) {
        return { ...current, gasLimit: min((gas * 5n) / 4n, policy.maxGas) };
      }
      const idle = current.debts.filter((debt) => !paying.includes(debt));
      this.#rest(idle);
      if (idle.length > 0)
        log.warn({ channels: idle.map(({ channel }) => String(channel)) }, "rows that pay nothing rest");
      const debts = gas > policy.maxGas ? paying.slice(0, Math.floor(paying.length / 2)) : paying;
      if (debts.length === 0) throw new RefusedError("no row of it would be paid");
      const { lineId, versionHash } = current.batch;
      current = await signPlan({ lineId, versionHash, debts }, sender.address, enclave, chain);
    }
  }

  async #simulate(signed: SignedBatch): ReturnType<typeof simulate> {
    const { provider, escrow, sender } = this.#parts;
    try {
      return await simulate(signed, provider, escrow, sender.address);
    } catch (error) {
      if (!isCallException(error) || error.data === null) throw error;
      throw new RefusedError(refusal(error));
    }
  }

  #rest(debts: readonly Debt[]): void {
    for (const debt of debts) this.#resting.set(rowKey(debt), performance.now() + REST);
  }

  #rests(debt: Debt): boolean {
    const until = this.#resting.get(rowKey(debt));
    if (until === undefined) return false;
    if (performance.now() < until) return true;
    this.#resting.delete(rowKey(debt));
    return false;
  }
}

const rowKey = (debt: Debt) => `${debt.versionHash}/${debt.channel}`;
