import { min } from "../bigint.js";
import type { Hex } from "../hex.js";
import { batchesOf, type Candidate, NEVER } from "./chunks.js";
import { cheapestLane, MAX_OPTIMISTIC_AMOUNT, optimisticPay, type PayingChannel, voucherPay } from "./pay.js";
import { Lane, packOptimisticRows, packVoucherRows } from "./rows.js";

/** What one channel owes for work on one version; units and Unix seconds. */
export interface Debt {
  readonly channel: bigint;
  readonly lineId: Hex;
  readonly versionHash: Hex;
  /** Unsettled units on this version. */
  readonly amount: bigint;
  /** Units of the channel that were settled before, on all versions. */
  readonly accounted: bigint;
  /** The payer's highest voucher. */
  readonly voucher: { readonly cumulative: bigint; readonly signature: string };
  /** Chain time of the oldest and of the newest work in it. */
  readonly firstAt: bigint;
  readonly lastAt: bigint;
  /** Wall clock of the oldest work in it. */
  readonly since: bigint;
}

/** When a node settles, and what. */
export interface SettlementPolicy {
  /** Unsettled units from which it settles. */
  readonly value: bigint;
  /** Seconds after which the oldest work is settled, whatever its value. */
  readonly age: bigint;
  /** Units that a row must pay to be worth its gas; default 0. */
  readonly dust?: bigint;
  /** Most gas of one settlement; default and limit: `MAX_TRANSACTION_GAS`. */
  readonly maxGas?: bigint;
}

/** What a plan is made from; times are Unix seconds. */
export interface SettlementSituation {
  readonly policy: SettlementPolicy;
  /** Chain time and wall clock: work is old when either says so. */
  readonly chainTime: bigint;
  readonly wallTime: bigint;
  /** Version hash that is active now. */
  readonly activeHash: Hex;
  /** Seconds after which the escrow takes a batch no more. */
  readonly maxBatchAge: bigint;
  /** Settle everything, dust too, whatever the policy says. */
  readonly all: boolean;
  /** A channel as the newest block has it. Undefined: not known; it counts as open, and goes in lane V. */
  channelOf(channel: bigint): PayingChannel | undefined;
  /** Units that lane O still pays by the node's stake (`earningsOf`: limit less vesting and held); default: any. Rows beyond go in lane V. */
  readonly optimisticRoom?: bigint;
  /** Overrides the choice of the lane, `cheapestLane`. */
  laneOf?(debt: Debt, channel: PayingChannel | undefined): Lane;
}

export type SettlementCause = "value" | "age" | "superseded" | "closing" | "asked";

/** A row to be. */
export interface PlannedRow<D extends Debt = Debt> {
  readonly debt: D;
  /** Units. */
  readonly pays: bigint;
}

/** A batch to be: rows of one version and one lane, in the order of their channels. */
export interface PlannedBatch<D extends Debt = Debt> {
  readonly lineId: Hex;
  readonly versionHash: Hex;
  readonly lane: Lane;
  readonly cause: SettlementCause;
  readonly rows: readonly PlannedRow<D>[];
  /** Units that it pays. */
  readonly total: bigint;
  /** Chain time of its newest work. */
  readonly lastAt: bigint;
  /** Gas of its transaction at most. */
  readonly gas: bigint;
}

/**
 * Why a row is in no batch: its channel is closed, or its deposit or voucher leaves nothing to pay; the books do not agree with the
 * chain; it pays less than its gas costs; it is not due, or another batch of the plan is about its channel.
 */
export type LeftCause = "closed" | "spent" | "behind" | "dust" | "waits";

/** What to settle now. */
export interface SettlementPlan<D extends Debt = Debt> {
  /** In the order in which they are to be sent. No channel is in two of them. */
  readonly batches: readonly PlannedBatch<D>[];
  readonly left: readonly { readonly debt: D; readonly cause: LeftCause }[];
}

/**
 * The batches that are due. Channels that close go first, then the rows that pay most; rows that would pay nothing, or less than they
 * cost, are left out; what does not fit into one transaction is cut into several. Versions go in the order in which they come in `debts`.
 * When only channels that close make it due, only their rows are in it.
 */
export function planSettlement<D extends Debt>(debts: readonly D[], situation: SettlementSituation): SettlementPlan<D> {
  const left: { debt: D; cause: LeftCause }[] = [];
  const candidates: Candidate<D>[] = [];
  const channels = new Set<bigint>();
  let room = situation.optimisticRoom;
  for (const debt of debts) {
    const row = candidateOf(debt, situation, room);
    if (typeof row === "string") left.push({ debt, cause: row });
    else if (channels.has(debt.channel)) left.push({ debt, cause: "waits" });
    else {
      channels.add(debt.channel);
      candidates.push(row);
      if (room !== undefined && row.lane === Lane.Optimistic) room -= row.pays;
    }
  }
  const cause = causeOf(candidates, situation);
  const isDue = ({ closeAt }: Candidate<D>) => cause !== undefined && (cause !== "closing" || closeAt !== NEVER);
  left.push(...candidates.filter((row) => !isDue(row)).map(({ debt }) => ({ debt, cause: "waits" as const })));
  if (cause === undefined) return { batches: [], left };
  return { batches: batchesOf(candidates.filter(isDue), cause, situation.policy), left };
}

/** Packed rows of a planned batch, to be hashed and signed. */
export function packPlanned(batch: PlannedBatch): Hex {
  if (batch.lane === Lane.Optimistic) {
    return packOptimisticRows(batch.rows.map(({ debt, pays }) => ({ channel: debt.channel, amount: pays })));
  }
  return packVoucherRows(
    batch.rows.map(({ debt }) => ({
      channel: debt.channel,
      signed: debt.voucher.cumulative,
      metered: claimOf(debt),
      signature: debt.voucher.signature,
    })),
  );
}

/** What the enclave claims for a row of lane V: settled so far and metered since, never over the voucher. */
export function claimOf({ accounted, amount, voucher }: Debt): bigint {
  return min(accounted + amount, voucher.cumulative);
}

function candidateOf<D extends Debt>(
  debt: D,
  situation: SettlementSituation,
  room: bigint | undefined,
): Candidate<D> | LeftCause {
  const known = situation.channelOf(debt.channel);
  const channel = known ?? unknownChannel(debt);
  const { closeAt, closed } = channel;
  if (closed || (closeAt !== 0n && situation.chainTime > closeAt)) return "closed";
  if (channel.paid !== debt.accounted) return "behind";
  const wanted = situation.laneOf?.(debt, known) ?? cheapestLane(known);
  const debited = optimisticPay(channel, min(claimOf(debt) - debt.accounted, MAX_OPTIMISTIC_AMOUNT));
  const lane = room !== undefined && debited > room ? Lane.Voucher : wanted;
  const pays =
    lane === Lane.Voucher ? voucherPay(channel, debt.voucher.cumulative, claimOf(debt), situation.chainTime) : debited;
  if (pays <= 0n) return "spent";
  if (!situation.all && pays < (situation.policy.dust ?? 0n)) return "dust";
  // An optimistic channel takes its slot when it is opened, and gives it back when it begins to close unpaid.
  const fresh = channel.paid === 0n && !(channel.optimistic && closeAt === 0n);
  return { debt, pays, lane, fresh, closeAt: closeAt === 0n ? NEVER : closeAt };
}

function unknownChannel(debt: Debt): PayingChannel {
  return { deposited: debt.voucher.cumulative, paid: debt.accounted, closeAt: 0n, optimistic: false, closed: false };
}

function causeOf(
  rows: readonly Candidate<Debt>[],
  { policy, chainTime, wallTime, activeHash, maxBatchAge, all }: SettlementSituation,
): SettlementCause | undefined {
  if (rows.length === 0) return undefined;
  if (all) return "asked";
  if (rows.some(({ debt }) => debt.versionHash !== activeHash)) return "superseded";
  if (rows.reduce((sum, { pays }) => sum + pays, 0n) >= policy.value) return "value";
  // Half of the escrow's limit leaves time for outages, whatever the policy says.
  const limit = min(policy.age, maxBatchAge / 2n);
  if (rows.some(({ debt }) => chainTime - debt.firstAt >= limit || wallTime - debt.since >= limit)) return "age";
  return rows.some(({ closeAt }) => closeAt !== NEVER) ? "closing" : undefined;
}
