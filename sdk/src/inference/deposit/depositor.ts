import { randomBytes } from "../../bytes.js";
import type { Context } from "../../context.js";
import { type Hex, toHex } from "../../hex.js";
import { InferenceError } from "../errors.js";
import { type Ledger, ledgerOf } from "../ledger.js";
import type { BudgetState, OpenedChannel, PendingDeposit } from "../state.js";
import { budgetKey, type ChannelStore } from "../store.js";
import { decide, finish, giveBack, noteHash, openedFor, pendingFor } from "./budget.js";
import { type Deposit, failedForCertain, prepareDeposit, sendDeposit } from "./funding.js";
import type { DepositPolicy, DepositProposal } from "./policy.js";
import { settlementOf } from "./settlement.js";

/** Milliseconds after which nobody waits for a deposit any more: it counts as spent. */
const DEPOSIT_MS = 600_000;
/** How often the chain is asked about a deposit, milliseconds. */
export const POLL_MS = 500;

/** What a deposit is for. */
export interface DepositParameters {
  deposit: Deposit;
  signer: string;
  /** Units deposited in the channel, or channels of node and line, before. */
  before: bigint;
  /** The least that serves; 0: any. Units. */
  needed: bigint;
}

/** Makes deposits of one account for one line within its budget, together with all processes that share the store. */
export class Depositor {
  readonly policy: DepositPolicy;
  readonly #ctx: Context;
  readonly #lineId: Hex;
  readonly #confirmations: number;
  readonly #ledger: Ledger<BudgetState>;

  private constructor(
    ctx: Context,
    policy: DepositPolicy,
    of: { lineId: Hex; confirmations: number },
    ledger: Ledger<BudgetState>,
  ) {
    this.#ctx = ctx;
    this.policy = policy;
    this.#lineId = of.lineId;
    this.#confirmations = of.confirmations;
    this.#ledger = ledger;
  }

  static async of(
    ctx: Context,
    policy: DepositPolicy,
    of: { store: ChannelStore; lineId: Hex; confirmations: number },
  ): Promise<Depositor> {
    const { chainId } = ctx;
    const escrow = ctx.addressOf("InferenceEscrow");
    const key = budgetKey({ chainId, escrow, account: await ctx.account(), lineId: of.lineId });
    return new Depositor(ctx, policy, of, ledgerOf<BudgetState>(of.store, key, "budget"));
  }

  /** Units that the budget still allows. */
  async rest(): Promise<bigint> {
    return this.policy.budget - ((await this.#ledger.read())?.spent ?? 0n);
  }

  /** The channel that was opened automatically towards a node. */
  async opened(of: { node: string; signer: string }): Promise<OpenedChannel | undefined> {
    return openedFor(await this.#ledger.read(), of);
  }

  /** The deposit that is under way to a channel, or to open one. What became of an earlier one is written down on the way. */
  async pending(of: { node: string; signer: string; channel: bigint | null }): Promise<PendingDeposit | undefined> {
    const deposit = pendingFor(await this.#ledger.read(), of);
    if (deposit === undefined) return undefined;
    const outcome = await settlementOf(this.#ctx, deposit, this.#lineId, this.#confirmations);
    if (outcome.kind === "pending" && Date.now() <= deposit.until) return deposit;
    await this.#ledger.update((state) => {
      if (state === undefined) return [state, undefined];
      if (outcome.kind === "failed") return [giveBack(state, deposit.id), undefined];
      return [finish(state, deposit.id, outcome.kind === "made" ? outcome.opened : undefined), undefined];
    });
    return undefined;
  }

  /**
   * Makes a deposit: decides it in the store, sends it, waits for its confirmations. Gives the channel's index; undefined when
   * another process makes the same deposit.
   * @throws InferenceError BUDGET_EXCEEDED, DEPOSIT_REFUSED, DEPOSIT_UNSETTLED
   */
  async make(p: DepositParameters): Promise<bigint | undefined> {
    const decision = await this.#decide(p);
    if (decision === undefined) return undefined;
    const { decided, deposit } = decision;
    const { id } = decided;
    const ctx = this.#ctx;
    const giveUp = async (error: unknown) => {
      await this.#ledger.update((state) => [state && giveBack(state, id), undefined]);
      return error;
    };
    let prepared: Awaited<ReturnType<typeof prepareDeposit>>;
    try {
      prepared = await prepareDeposit(ctx, deposit, this.policy.via);
    } catch (error) {
      throw await giveUp(error);
    }
    try {
      const sent = await sendDeposit(ctx, prepared, deposit);
      await this.#ledger.update((state) => [state && noteHash(state, id, sent.hash.toLowerCase()), undefined]);
      const { channel } = await sent.wait(this.#confirmations, DEPOSIT_MS);
      const opened = { node: decided.node, signer: decided.signer, channel };
      await this.#ledger.update((state) => [
        state && finish(state, id, decided.channel === null ? opened : undefined),
        undefined,
      ]);
      return channel;
    } catch (error) {
      if (failedForCertain(error)) throw await giveUp(error);
      throw notKnown(error);
    }
  }

  /** Lets the strategy speak, then writes the deposit down as spent, if the budget allows it. */
  async #decide(p: DepositParameters): Promise<{ decided: PendingDeposit; deposit: Deposit } | undefined> {
    const { deposit, needed, before } = p;
    const asked = "open" in deposit ? deposit.open : deposit.topUp;
    const channel = "open" in deposit ? null : deposit.topUp.channel;
    const { policy } = this;
    const spent = policy.budget - (await this.rest());
    const possible = asked.amount < policy.budget - spent ? asked.amount : policy.budget - spent;
    if (possible <= 0n || possible < needed) throw exceeded(policy.budget, spent, needed > 0n ? needed : asked.amount);
    const amount = await this.#consent({
      reason: channel === null ? "open" : "top-up",
      node: asked.node as Hex,
      lineId: this.#lineId,
      channel: channel ?? undefined,
      amount: possible,
      needed,
      spent,
      budget: policy.budget,
    });
    const decided: PendingDeposit = {
      id: toHex(randomBytes(16)),
      node: asked.node.toLowerCase(),
      amount,
      channel,
      signer: p.signer.toLowerCase(),
      before,
      hash: null,
      until: Date.now() + DEPOSIT_MS,
    };
    const isDecided = await this.#ledger.update((state) => {
      const next = decide(state, decided, policy.budget);
      if (next === "exceeded") throw exceeded(policy.budget, state?.spent ?? 0n, amount);
      return next === "underway" ? [state, false] : [next, true];
    });
    if (!isDecided) return undefined;
    return {
      decided,
      deposit: "open" in deposit ? { open: { ...deposit.open, amount } } : { topUp: { ...deposit.topUp, amount } },
    };
  }

  async #consent(proposal: DepositProposal): Promise<bigint> {
    const { strategy } = this.policy;
    if (strategy === undefined) return proposal.amount;
    const answer = await strategy(proposal);
    const amount = answer < proposal.amount ? answer : proposal.amount;
    if (amount > 0n && amount >= proposal.needed) return amount;
    throw new InferenceError("DEPOSIT_REFUSED", `the strategy allows ${answer} of ${proposal.amount} units`, {
      details: { allowed: answer.toString(), asked: proposal.amount.toString(), needed: proposal.needed.toString() },
      hint: "Allow more in deposit.strategy, or deposit by hand: escrow.topUp.",
    });
  }
}

/** Why nobody waits for a deposit any more: the deadline, or the caller's own reason. */
export function unsettled(signal: AbortSignal): unknown {
  const isLate = (signal.reason as { name?: string } | undefined)?.name === "TimeoutError";
  return isLate ? notKnown(signal.reason) : signal.reason;
}

function notKnown(cause: unknown): InferenceError {
  return new InferenceError("DEPOSIT_UNSETTLED", "whether a deposit was made is not known yet", {
    hint: "It counts as spent until the chain says otherwise: try again later, or with a longer timeoutMs.",
    cause,
  });
}

function exceeded(budget: bigint, spent: bigint, needed: bigint): InferenceError {
  return new InferenceError(
    "BUDGET_EXCEEDED",
    `${needed} units more would pass the budget of ${budget}: ${spent} are spent`,
    {
      details: { budget: budget.toString(), spent: spent.toString(), needed: needed.toString() },
      hint: "Raise deposit.budget, or deposit by hand: escrow.topUp.",
    },
  );
}
