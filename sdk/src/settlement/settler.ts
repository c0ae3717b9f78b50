import type { SettleParameters } from "../actions/escrow/settle.js";
import { min } from "../bigint.js";
import type { Freehold } from "../client.js";
import type { Batch } from "../eip712/types.js";
import { FreeholdError } from "../errors/base.js";
import { newestBlock, providerOf } from "../head.js";
import type { Hex } from "../hex.js";
import type { Channel } from "../types.js";
import { MAX_TRANSACTION_GAS } from "./gas.js";
import {
  type Debt,
  type PlannedBatch,
  packPlanned,
  planSettlement,
  type SettlementPlan,
  type SettlementPolicy,
} from "./plan.js";
import { channelsOf, hashRows, type Lane, skippedRows } from "./rows.js";

/** Channels that are read from the chain at once. */
const PAGE = 64;

/** Whose work is settled. */
export interface SettlerOptions {
  /** A client of whoever sends the settlements: the node, or anybody. */
  readonly freehold: Freehold;
  readonly node: string;
  readonly lineId: Hex;
  /** Has an enclave sign a batch; `enclave.signTypedData` behind it, or a call to a worker. */
  signBatch(batch: Batch): Promise<Hex>;
  /** Where a nonce is written down before a batch is signed with it. Default: this object's memory. */
  readonly nonces?: SignedNonces;
}

/** Remembers which nonces batches were signed with: two batches with one nonce convict the node. */
export interface SignedNonces {
  /** Durable when it resolves. Returns false when the nonce is taken already. */
  take(nonce: bigint): Promise<boolean>;
}

/** A batch that is signed, and what it will do. */
export interface SignedSettlement extends SettleParameters {
  readonly batch: Batch;
}

/** What a settlement would do now. */
export interface SettlementPreview {
  /** Units that it pays. */
  readonly total: bigint;
  /** Channels whose rows pay nothing. */
  readonly skipped: readonly bigint[];
  readonly gas: bigint;
}

/** A node's settlements on one line: plan, sign, simulate, send. */
export interface Settler {
  /** What is due, by `planSettlement`, with the channels, the active version and the time of the newest block. */
  plan<D extends Debt>(
    debts: readonly D[],
    policy: SettlementPolicy,
    options?: { all?: boolean; laneOf?: (debt: Debt) => Lane },
  ): Promise<SettlementPlan<D>>;
  /** Has a planned batch signed with the next nonce. Throws `NONCE_SIGNED` when a batch with it was signed before. */
  sign(batch: PlannedBatch): Promise<SignedSettlement>;
  /** What the chain would make of it now. Throws what it reverts with, and `SETTLEMENT_TOO_LARGE`. */
  simulate(settlement: SignedSettlement): Promise<SettlementPreview>;
  /** Sends it once {@link simulate} says that it pays. Throws `NOTHING_TO_SETTLE` when it would pay no row. */
  send(settlement: SignedSettlement): ReturnType<Freehold["escrow"]["settle"]>;
  /** Gives up the next nonce: for a batch that was signed and can never be paid. The node itself must send it. */
  giveUp(nonce: bigint): ReturnType<Freehold["escrow"]["skipBatch"]>;
}

/** A settler over the actions of `freehold`. Asks nobody anything yet. */
export function createSettler(options: SettlerOptions): Settler {
  const { freehold, node, lineId, nonces = memoryNonces() } = options;
  const { escrow } = freehold;

  const simulate = async (settlement: SignedSettlement): Promise<SettlementPreview> => {
    const { total, skipped } = await escrow.settle.simulate(settlement);
    const gas = await escrow.settle.estimateGas(settlement);
    if (gas > MAX_TRANSACTION_GAS) {
      throw new FreeholdError("SETTLEMENT_TOO_LARGE", `the settlement takes ${gas} gas, a transaction has less`, {
        details: { gas: gas.toString(), most: MAX_TRANSACTION_GAS.toString() },
        hint: "Give its nonce up and settle with a smaller `maxGas`.",
      });
    }
    const { batch, rows } = settlement;
    const channels = channelsOf(batch.lane as Lane, rows);
    return { total, gas, skipped: skippedRows(skipped).map((row) => channels[row] ?? 0n) };
  };

  return Object.freeze({
    simulate,
    async plan(debts, policy, { all = false, laneOf } = {}) {
      const [channels, { maxBatchAge }, line, { time }] = await Promise.all([
        readChannels(freehold, node, lineId, [...new Set(debts.map(({ channel }) => channel))]),
        escrow.parameters(),
        freehold.deltas.lineOf({ lineId }),
        newestBlock(providerOf(freehold)),
      ]);
      return planSettlement(debts, {
        policy,
        all,
        maxBatchAge,
        chainTime: time,
        wallTime: BigInt(Math.floor(Date.now() / 1000)),
        activeHash: line.activeHash,
        channelOf: (channel) => channels.get(channel),
        ...(laneOf === undefined ? {} : { laneOf }),
      });
    },
    async sign(planned) {
      const { nextNonce: nonce } = await escrow.earningsOf({ node, lineId });
      if (!(await nonces.take(nonce))) {
        throw new FreeholdError("NONCE_SIGNED", `a batch was signed with nonce ${nonce} before`, {
          details: { nonce: nonce.toString() },
          hint: "Send that batch, or give its nonce up: two batches with one nonce convict the node.",
        });
      }
      const rows = packPlanned(planned);
      const { versionHash, lane, lastAt } = planned;
      const batch: Batch = { node, lineId, versionHash, lane, nonce, lastAt, rowsHash: hashRows(rows) };
      return { batch, rows, signature: await options.signBatch(batch) };
    },
    async send(settlement) {
      const { total, gas } = await simulate(settlement);
      if (total === 0n) {
        throw new FreeholdError("NOTHING_TO_SETTLE", "the escrow would pay no row of this batch", {
          hint: "Give its nonce up, or wait: a top-up pays what a deposit did not cover.",
        });
      }
      return escrow.settle(settlement, { gasLimit: min((gas * 5n) / 4n, MAX_TRANSACTION_GAS) });
    },
    giveUp: (nonce) => escrow.skipBatch({ lineId, nonce }),
  } satisfies Settler);
}

async function readChannels(
  freehold: Freehold,
  node: string,
  lineId: Hex,
  channels: readonly bigint[],
): Promise<Map<bigint, Channel>> {
  const found = new Map<bigint, Channel>();
  for (let start = 0; start < channels.length; start += PAGE) {
    const page = channels.slice(start, start + PAGE);
    const states = await Promise.all(page.map((channel) => freehold.escrow.channelOf({ node, lineId, channel })));
    for (const [i, channel] of page.entries()) {
      const state = states[i];
      if (state !== undefined) found.set(channel, state);
    }
  }
  return found;
}

function memoryNonces(): SignedNonces {
  const taken = new Set<bigint>();
  return {
    async take(nonce) {
      const isFree = !taken.has(nonce);
      taken.add(nonce);
      return isFree;
    },
  };
}
