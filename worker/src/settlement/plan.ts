import type { Hex } from "@freehold/sdk";
import { min } from "../bigint.js";
import type { Debt } from "../store/index.js";

/** Gas of a settlement at most, measured: whole transaction without rows, and a row that is the first of its slot ever. */
const GAS = { base: 120_000n, row: 30_000n };

/** When a node settles. */
export interface SettlementPolicy {
  /** Unsettled units from which it settles. */
  readonly value: bigint;
  /** Seconds after which the oldest work is settled, whatever its value. */
  readonly age: bigint;
  /** Seconds after which a transaction that is in no block is sent again with a higher fee. */
  readonly patience: bigint;
  /** Most gas of one settlement. */
  readonly maxGas: bigint;
}

/** What the plan is made from; times are Unix seconds. */
export interface Situation {
  readonly policy: SettlementPolicy;
  /** Chain time and wall clock: work is old when either says so. */
  readonly chainTime: bigint;
  readonly wallTime: bigint;
  /** Version hash that is active now. */
  readonly activeHash: Hex;
  /** Seconds after which the escrow takes a batch no more. */
  readonly maxBatchAge: bigint;
  isClosing(channel: bigint): boolean;
  /** Settle everything, whatever the policy says. */
  readonly all: boolean;
}

/** One batch to be: rows of one version. */
export interface BatchPlan {
  readonly lineId: Hex;
  readonly versionHash: Hex;
  readonly debts: readonly Debt[];
  readonly cause: SettlementCause;
}

export type SettlementCause = "value" | "age" | "superseded" | "closing" | "asked";

/**
 * The next batch, if one is due. Versions go in the order in which they were served; when only channels that close make
 * it due, only their rows are in it.
 */
export function nextBatch(debts: readonly Debt[], situation: Situation): BatchPlan | undefined {
  const cause = causeOf(debts, situation);
  if (cause === undefined) return undefined;
  const due = cause === "closing" ? debts.filter((debt) => situation.isClosing(debt.channel)) : debts;
  const [first] = due;
  if (first === undefined) return undefined;
  const rows = due.filter((debt) => debt.versionHash === first.versionHash && debt.lineId === first.lineId);
  const { lineId, versionHash } = first;
  return {
    lineId,
    versionHash,
    cause,
    debts: rows.sort(byUrgency(situation)).slice(0, rowsWithin(situation.policy.maxGas)),
  };
}

/** Gas limit of a settlement: what it takes at most. */
export function gasOf(rows: number): bigint {
  return GAS.base + GAS.row * BigInt(rows);
}

/** Rows of a batch that stays within a gas limit; one at least. */
export function rowsWithin(maxGas: bigint): number {
  return Math.max(1, Number((maxGas - GAS.base) / GAS.row));
}

/** What the enclave claims for a row: paid so far and metered since, never over the voucher. */
export function claimOf(debt: Debt): bigint {
  return min(debt.accounted + debt.amount, debt.voucher.cumulative);
}

function causeOf(debts: readonly Debt[], situation: Situation): SettlementCause | undefined {
  const { policy, chainTime, wallTime, maxBatchAge } = situation;
  if (debts.length === 0) return undefined;
  if (situation.all) return "asked";
  if (debts.some((debt) => debt.versionHash !== situation.activeHash)) return "superseded";
  if (debts.reduce((sum, debt) => sum + debt.amount, 0n) >= policy.value) return "value";
  // Half of the escrow's limit leaves time for outages, whatever the policy says.
  const limit = min(policy.age, maxBatchAge / 2n);
  if (debts.some((debt) => chainTime - debt.firstAt >= limit || wallTime - debt.since >= limit)) return "age";
  return debts.some((debt) => situation.isClosing(debt.channel)) ? "closing" : undefined;
}

/** Channels that close first, then by value. */
function byUrgency({ isClosing }: Situation): (a: Debt, b: Debt) => number {
  return (a, b) => {
    const closing = Number(isClosing(b.channel)) - Number(isClosing(a.channel));
    if (closing !== 0) return closing;
    return a.amount === b.amount ? Number(a.channel - b.channel) : a.amount > b.amount ? -1 : 1;
  };
}
