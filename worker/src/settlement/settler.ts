import { setTimeout as sleep } from "node:timers/promises";
import {
  cheapestLane,
  type Debt,
  type Hex,
  Lane,
  type PlannedBatch,
  planSettlement,
  type SettlementPlan,
} from "@freehold/sdk";
import { isCallException, type JsonRpcProvider } from "ethers";
import type { Channels } from "../chain/channels.js";
import { refusal } from "../chain/refusal.js";
import type { Sender, SignedTransaction } from "../chain/sender.js";
import type { Chain, ChannelState } from "../chain/types.js";
import type { ChainView } from "../chain/view.js";
import type { Enclave } from "../enclave/enclave.js";
import { reason } from "../errors.js";
import type { Logger } from "../log.js";
import type { Metrics } from "../metrics.js";
import type { Store } from "../store/index.js";
import type { Handover } from "../watchtower/handover.js";
import { RefusedError, signPlanned, simulate, skipBatch } from "./batch.js";
import type { BooksKeeper } from "./books-keeper.js";
import { laneOf, type SettlementPolicy } from "./policy.js";

/** Milliseconds for which rows rest that the escrow would not pay now. */
const REST = 60_000;
/** Gas of a transaction that gives up a nonce, at most. */
const SKIP_GAS = 80_000n;
/** How long a skipped nonce is waited for, in milliseconds. */
const SKIP_PATIENCE = 60_000;
const SKIP_POLL = 200;

export interface SettlerParts {
  readonly store: Store;
  readonly chain: Chain;
  readonly provider: JsonRpcProvider;
  readonly sender: Sender;
  readonly enclave: Enclave;
  readonly channels: Channels;
  readonly keeper: BooksKeeper;
  readonly handover: Handover | undefined;
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
  /** Whether new books have given up the nonce that lost ones may have signed. */
  #skipped = false;

  constructor(parts: SettlerParts) {
    this.#parts = parts;
  }

  /** From now on settles everything, until nothing is left. */
  settleAll(): void {
    this.#all = true;
  }

  /** Sends the next settlement if one is due. Throws what the RPC endpoint answers; books stay as they are then. */
  async settle(view: ChainView): Promise<boolean> {
    const { store, channels, keeper, maxBatchAge } = this.#parts;
    if ((await store.settlements.pending()) !== undefined) return false;
    const debts = (await store.debts.unsettled()).filter((debt) => !this.#rests(debt));
    // Events keep these up to date once they are cached, but for what was paid: that is read when a batch is due.
    const cached = await Promise.all(
      debts.map(async ({ channel, accounted }) => {
        const state = await channels.get(channel);
        return [channel, state && { ...state, paid: accounted }] as const;
      }),
    );
    const { batches, left } = this.#plan(debts, view, new Map(cached), this.#all);
    const ended = left.flatMap(({ debt, cause }) => (cause === "closed" ? [debt.channel] : []));
    await keeper.reconcile(ended, view, undefined);
    const spent = left.flatMap(({ debt, cause }) => (cause === "spent" ? [debt] : []));
    await keeper.writeOffOld(spent, view.head.timestamp, maxBatchAge);
    const [batch] = batches;
    if (batch === undefined) {
      this.#all = false;
      return false;
    }
    return this.#execute(batch, view);
  }

  async #execute(due: PlannedBatch, view: ChainView): Promise<boolean> {
    const { chain, keeper, maxBatchAge, sender } = this.#parts;
    const debts = due.rows.map(({ debt }) => debt);
    const payableUntil = await chain.payableUntil(due.lineId, due.versionHash, view.finalBlock);
    if (await keeper.writeOffUnpayable(debts, payableUntil, view.head.timestamp, maxBatchAge)) return false;
    const batch = await this.#inStep(due, view);
    if (batch === undefined) return false;
    try {
      return await sender.exclusive(() => this.#send(batch));
    } catch (error) {
      if (!(error instanceof RefusedError)) throw error;
      this.#parts.metrics.settlements.inc({ result: "refused" });
      this.#parts.log.error({ version: batch.versionHash, reason: error.message }, "this work cannot be settled now");
      this.#rest(batch.rows.map(({ debt }) => debt));
      return false;
    }
  }

  /**
   * What of a batch goes as its channels are at the newest block, in one lane. Rows whose books do not agree with that are brought up to
   * date; they, and those of another lane, wait for the next turn.
   */
  async #inStep({ rows, cause }: PlannedBatch, view: ChainView): Promise<PlannedBatch | undefined> {
    const { chain, keeper, policy } = this.#parts;
    const debts = rows.map(({ debt }) => debt);
    const byVoucher = new Set<bigint>();
    const states = await Promise.all(
      debts.map(async ({ channel }) => {
        const state = await chain.channel(channel);
        const mayDebit = policy.lane === "optimistic" && cheapestLane(state) === Lane.Optimistic;
        if (mayDebit && (await chain.isChallenged(channel))) byVoucher.add(channel);
        return [channel, state] as const;
      }),
    );
    const room = policy.lane === "optimistic" ? await chain.optimisticRoom() : undefined;
    const { batches, left } = this.#plan(debts, view, new Map(states), true, byVoucher, room);
    await keeper.reconcile(
      left.map(({ debt }) => debt.channel),
      view,
      undefined,
    );
    return batches[0] && { ...batches[0], cause };
  }

  #plan(
    debts: readonly Debt[],
    view: ChainView,
    states: ReadonlyMap<bigint, ChannelState | undefined>,
    all: boolean,
    byVoucher?: ReadonlySet<bigint>,
    optimisticRoom?: bigint,
  ): SettlementPlan {
    const { policy, maxBatchAge } = this.#parts;
    return planSettlement(debts, {
      policy,
      maxBatchAge,
      chainTime: view.head.timestamp,
      wallTime: now(),
      activeHash: view.active.hash,
      all,
      channelOf: (channel) => states.get(channel),
      ...(optimisticRoom === undefined ? {} : { optimisticRoom }),
      laneOf: (debt, state) => laneOf(policy.lane, debt, state, byVoucher?.has(debt.channel) === true),
    });
  }

  /**
   * Signs one batch, writes it down and sends it. A nonce that a batch was signed with before, and that the chain has not used,
   * is given up first: the enclave never signs two batches with one nonce.
   */
  async #send(plan: PlannedBatch): Promise<boolean> {
    const { enclave, chain, sender, store, log, escrow, handover } = this.#parts;
    const batchNonce = await chain.nextNonce();
    if (await this.#mayBeSigned(plan.lineId, batchNonce)) return this.#skip(plan.lineId, batchNonce);
    const signed = await signPlanned(plan, batchNonce, sender.address, enclave, chain);
    const transaction = await sender.sign({ to: escrow, data: signed.data, gasLimit: plan.gas });
    const settlement = await store.settlements.record(
      {
        lineId: plan.lineId,
        versionHash: plan.versionHash,
        lane: plan.lane,
        claims: signed.claims,
        lastAt: signed.batch.lastAt,
        receiptKey: signed.receiptKey,
        batchNonce,
        ...transaction,
      },
      now(),
    );
    if (!(await this.#wouldPay(signed.data))) {
      await store.settlements.finish(settlement.id, "dropped", 0n, now());
      throw new RefusedError("the escrow would pay no row of it");
    }
    await handover?.give(settlement);
    log.info(
      {
        settlement: Number(settlement.id),
        cause: plan.cause,
        lane: plan.lane === Lane.Optimistic ? "optimistic" : "voucher",
        rows: signed.claims.length,
        transaction: transaction.hash,
      },
      "settlement sent",
    );
    await this.#broadcast(transaction);
    return true;
  }

  /** Whether a batch may have been signed with this nonce: by these books, or by ones that were lost. */
  async #mayBeSigned(lineId: Hex, nonce: bigint): Promise<boolean> {
    const { settlements } = this.#parts.store;
    if (await settlements.hasNonce(lineId, nonce)) return true;
    const isNew = nonce > 0n && !this.#skipped && (await settlements.latest(1)).length === 0;
    this.#skipped = true;
    return isNew;
  }

  async #broadcast({ raw, hash }: SignedTransaction): Promise<void> {
    const { sender, metrics, log } = this.#parts;
    try {
      await sender.transactions.broadcast(raw);
    } catch (error) {
      metrics.settlements.inc({ result: "not-sent" });
      log.warn({ transaction: hash, reason: reason(error) }, "settlement not taken yet; it is sent again");
    }
  }

  /** Gives up a nonce. Returns whether that is done: the next turn goes on. */
  async #skip(lineId: Hex, nonce: bigint): Promise<boolean> {
    const { provider, sender, escrow, log } = this.#parts;
    const transaction = await sender.sign({ to: escrow, data: skipBatch(lineId, nonce), gasLimit: SKIP_GAS });
    await sender.transactions.broadcast(transaction.raw);
    log.warn(
      { nonce: nonce.toString(), transaction: transaction.hash },
      "a batch was never paid: its nonce is given up",
    );
    // Until the chain has it, the next turn would read the same nonce and give it up a second time; one that the network forgot is
    // sent anew then.
    const end = performance.now() + SKIP_PATIENCE;
    while (performance.now() < end) {
      if ((await provider.getTransactionReceipt(transaction.hash)) !== null) break;
      if ((await provider.getTransaction(transaction.hash)) === null) break;
      await sleep(SKIP_POLL);
    }
    return true;
  }

  async #wouldPay(data: string): Promise<boolean> {
    const { provider, escrow, sender } = this.#parts;
    try {
      return (await simulate(data, provider, escrow, sender.address)) > 0n;
    } catch (error) {
      if (!isCallException(error) || error.data === null) throw error;
      this.#parts.log.error({ reason: refusal(error) }, "the escrow refuses this batch");
      return false;
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

const now = () => BigInt(Math.floor(Date.now() / 1000));

const rowKey = (debt: Debt) => `${debt.versionHash}/${debt.channel}`;
