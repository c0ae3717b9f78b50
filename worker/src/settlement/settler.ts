import type { Hex } from "@freehold/sdk";
import { isCallException, type JsonRpcProvider } from "ethers";
import { min } from "../bigint.js";
import type { Channels } from "../chain/channels.js";
import { refusal } from "../chain/refusal.js";
import type { Sender, SignedTransaction } from "../chain/sender.js";
import type { Chain } from "../chain/types.js";
import type { ChainView } from "../chain/view.js";
import type { Enclave } from "../enclave/enclave.js";
import { reason } from "../errors.js";
import type { Logger } from "../log.js";
import type { Metrics } from "../metrics.js";
import type { Debt, Store } from "../store/index.js";
import { RefusedError, signPlan, simulate, skipBatch } from "./batch.js";
import type { BooksKeeper } from "./books-keeper.js";
import { type BatchPlan, gasOf, nextBatch, type SettlementPolicy } from "./plan.js";

/** Milliseconds for which rows rest that the escrow would not pay now. */
const REST = 60_000;
/** Gas of a transaction that gives up a nonce, at most. */
const SKIP_GAS = 80_000n;
/** How long a skipped nonce is waited for, in milliseconds. */
const SKIP_PATIENCE = 60_000;

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
    const { store, channels, policy, maxBatchAge } = this.#parts;
    if ((await store.settlements.pending()) !== undefined) return false;
    const debts = (await store.debts.unsettled()).filter((debt) => !this.#rests(debt));
    // Events keep these up to date once they are cached.
    await Promise.all(debts.map((debt) => channels.get(debt.channel)));
    const plan = nextBatch(debts, {
      policy,
      maxBatchAge,
      chainTime: view.head.timestamp,
      wallTime: now(),
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

  /**
   * Signs one batch, writes it down and sends it. A nonce that a batch was signed with before, and that the chain has not used,
   * is given up first: the enclave never signs two batches with one nonce.
   */
  async #send(plan: BatchPlan): Promise<boolean> {
    const { enclave, chain, sender, store, log, escrow, policy } = this.#parts;
    const batchNonce = await chain.nextNonce();
    if (await this.#mayBeSigned(plan.lineId, batchNonce)) return this.#skip(plan.lineId, batchNonce);
    const signed = await signPlan(plan, batchNonce, sender.address, enclave, chain);
    const gasLimit = min(gasOf(plan.debts.length), policy.maxGas);
    const transaction = await sender.sign({ to: escrow, data: signed.data, gasLimit });
    const settlement = await store.settlements.record(
      {
        lineId: plan.lineId,
        versionHash: plan.versionHash,
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
    log.info(
      {
        settlement: Number(settlement.id),
        cause: plan.cause,
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
      await sender.broadcast(raw);
    } catch (error) {
      metrics.settlements.inc({ result: "not-sent" });
      log.warn({ transaction: hash, reason: reason(error) }, "settlement not taken yet; it is sent again");
    }
  }

  /** Gives up a nonce. Returns whether that is done: the next turn goes on. */
  async #skip(lineId: Hex, nonce: bigint): Promise<boolean> {
    const { provider, sender, escrow, log } = this.#parts;
    const transaction = await sender.sign({ to: escrow, data: skipBatch(lineId, nonce), gasLimit: SKIP_GAS });
    await sender.broadcast(transaction.raw);
    log.warn(
      { nonce: nonce.toString(), transaction: transaction.hash },
      "a batch was never paid: its nonce is given up",
    );
    // Until the chain has it, the next turn would read the same nonce and give it up a second time.
    await provider.waitForTransaction(transaction.hash, 1, SKIP_PATIENCE);
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
