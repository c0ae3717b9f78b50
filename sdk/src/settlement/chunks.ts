import { min } from "../bigint.js";
import { MAX_ROWS_BYTES, MAX_TRANSACTION_GAS, SettlementCost } from "./gas.js";
import type { Debt, PlannedBatch, PlannedRow, SettlementCause, SettlementPolicy } from "./plan.js";
import type { Lane } from "./rows.js";

/** A row that is worth its place in a batch. */
export interface Candidate<D extends Debt> extends PlannedRow<D> {
  readonly lane: Lane;
  /** Of its channel, when that closes; {@link NEVER} otherwise. */
  readonly closeAt: bigint;
  /** Whether its channel's slot may be written for the first time. */
  readonly fresh: boolean;
}

export const NEVER = 2n ** 64n;

/** Rows of one batch, the most urgent first. */
type Chunk<D extends Debt> = readonly [Candidate<D>, ...Candidate<D>[]];

/** Rows of each version and lane, cut to the size of transactions; first the batches with channels that close. */
export function batchesOf<D extends Debt>(
  rows: readonly Candidate<D>[],
  cause: SettlementCause,
  { maxGas = MAX_TRANSACTION_GAS }: SettlementPolicy,
): PlannedBatch<D>[] {
  const groups = new Map<string, Candidate<D>[]>();
  for (const row of rows) {
    const key = `${row.debt.lineId} ${row.debt.versionHash} ${row.lane}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [row]);
    else group.push(row);
  }
  return [...groups.values()]
    .flatMap((group) => chunksOf(group.toSorted(byUrgency), min(maxGas, MAX_TRANSACTION_GAS)))
    .toSorted((a, b) => compare(a.chunk[0].closeAt, b.chunk[0].closeAt))
    .map(({ chunk, gas }) => batchOf(chunk, gas, cause));
}

function chunksOf<D extends Debt>(rows: readonly Candidate<D>[], maxGas: bigint): { chunk: Chunk<D>; gas: bigint }[] {
  const chunks: { rows: [Candidate<D>, ...Candidate<D>[]]; cost: SettlementCost }[] = [];
  for (const row of rows) {
    const last = chunks.at(-1);
    const costed = { channel: row.debt.channel, fresh: row.fresh };
    if (last?.cost.add(costed, maxGas, MAX_ROWS_BYTES)) last.rows.push(row);
    else {
      const cost = new SettlementCost(row.lane);
      cost.add(costed, maxGas, MAX_ROWS_BYTES);
      chunks.push({ rows: [row], cost });
    }
  }
  return chunks.map(({ rows: chunk, cost }) => ({ chunk, gas: cost.gas }));
}

function batchOf<D extends Debt>(chunk: Chunk<D>, gas: bigint, cause: SettlementCause): PlannedBatch<D> {
  const [{ debt: first, lane }] = chunk;
  return {
    lineId: first.lineId,
    versionHash: first.versionHash,
    lane,
    cause,
    rows: chunk.toSorted((a, b) => compare(a.debt.channel, b.debt.channel)).map(({ debt, pays }) => ({ debt, pays })),
    total: chunk.reduce((sum, { pays }) => sum + pays, 0n),
    lastAt: chunk.reduce((newest, { debt }) => (debt.lastAt > newest ? debt.lastAt : newest), 0n),
    gas,
  };
}

/** Channels that close soonest first, then by value. */
function byUrgency(a: Candidate<Debt>, b: Candidate<Debt>): number {
  return compare(a.closeAt, b.closeAt) || compare(b.pays, a.pays) || compare(a.debt.channel, b.debt.channel);
}

function compare(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
