import { ContractRevertError } from "../../errors/revert.js";
import { MAX_TRANSACTION_GAS } from "../../settlement/gas.js";
import { channelsOf, Lane } from "../../settlement/rows.js";
import { type JobRecord, minedOf, type SettlementJob } from "../jobs.js";
import { bookOf, callOf, done, failed, type Next, type TowerSituation } from "../situation.js";

/** Lands a settlement whose nonce is next, once a channel's close, its age, or a later batch of the same book makes it urgent. */
export async function settlementStep(record: JobRecord, job: SettlementJob, s: TowerSituation): Promise<Next> {
  const { batch, rows, signature } = job;
  const book = { node: batch.node, lineId: batch.lineId };
  const { nextNonce } = await s.freehold.escrow.earningsOf(book);
  if (nextNonce > batch.nonce) {
    const final = await s.freehold.escrow.earningsOf(book, { blockTag: s.finalBlock });
    // Somebody used the nonce in a block that may not stay.
    if (final.nextNonce <= batch.nonce) return { do: "wait", until: s.now };
    return done(minedOf(record, "settle") === undefined ? "not-needed" : "landed");
  }
  if (s.now > batch.lastAt + s.maxBatchAge) return failed("too-old");

  const due = await dueAt(job, s);
  if (s.now < due) return { do: "wait", until: due };
  // The batch before is looked at in this turn too, and its settlement wakes this job.
  if (nextNonce < batch.nonce) return { do: "wait", problem: `nonce ${batch.nonce} is due, ${nextNonce} is next` };

  const settlement = { batch, rows, signature };
  const { settle } = s.freehold.escrow;
  const end = batch.lastAt + s.maxBatchAge + 1n;
  try {
    const { total } = await settle.simulate(settlement);
    if (total === 0n) return { do: "wait", until: end, problem: "it is due, and none of its rows would pay" };
  } catch (error) {
    if (!(error instanceof ContractRevertError)) throw error;
    return { do: "wait", problem: `it is due, and the escrow refuses it: ${error.message}` };
  }
  const call = callOf(settle, settlement);
  if ((await call.estimateGas()) > MAX_TRANSACTION_GAS) {
    return { do: "wait", until: end, problem: "it does not fit into a transaction" };
  }
  return { do: "send", step: "settle", call, deadline: due + s.policy.margin };
}

/** Chain time from which a settlement has to land: its own, or that of a later one that waits for it. */
async function dueAt(job: SettlementJob, s: TowerSituation): Promise<bigint> {
  const later = s.records.flatMap(({ job: other }) =>
    other.kind === "settlement" && isNext(job, other) ? [other] : [],
  );
  const times = await Promise.all([ownDueAt(job, s), ...later.map((other) => dueAt(other, s))]);
  return times.reduce((earliest, time) => (time < earliest ? time : earliest));
}

async function ownDueAt({ batch, rows, landFrom }: SettlementJob, s: TowerSituation): Promise<bigint> {
  const { node, lineId } = batch;
  // Lane O takes nothing from a channel that closes: there is nothing to be in time for.
  const channels = batch.lane === Lane.Voucher ? channelsOf(Lane.Voucher, rows) : [];
  const ids = channels.map((channel) => ({ node, lineId, channel }));
  const closeAt = await s.closings.earliest(ids, s.now);
  const end = batch.lastAt + s.maxBatchAge;
  const urgent = (closeAt !== undefined && closeAt < end ? closeAt : end) - s.policy.margin;
  return landFrom !== undefined && landFrom < urgent ? landFrom : urgent;
}

function isNext({ batch }: SettlementJob, { batch: other }: SettlementJob): boolean {
  return other.nonce === batch.nonce + 1n && bookOf(other) === bookOf(batch);
}
