import { type Domain, type Hex, hashRows } from "@freehold/sdk";
import { inferenceEscrowAbi } from "@freehold/sdk/abis";
import { type Job, jobId, newRecord } from "@freehold/sdk/watchtower";
import { Interface, type Result, Transaction } from "ethers";
import type { Channels } from "../chain/channels.js";
import { reason, WorkerError } from "../errors.js";
import type { Logger } from "../log.js";
import type { Store, StoredSettlement } from "../store/index.js";
import type { TowerStore } from "./store.js";

const ESCROW = new Interface(inferenceEscrowAbi);

export interface HandoverParts {
  readonly tower: TowerStore;
  readonly store: Store;
  readonly channels: Channels;
  readonly domain: Domain;
  readonly node: string;
  readonly log: Logger;
  /** Seconds that the worker has to land a settlement itself. */
  readonly delay: bigint;
}

/** Gives a watchtower what it needs to act for a worker that is dead: every settlement once it is signed, and what proves its debits. */
export class Handover {
  readonly #parts: HandoverParts;

  constructor(parts: HandoverParts) {
    this.#parts = parts;
  }

  /**
   * Writes the jobs of a settlement that is on record: the batch, and the vouchers of those of its channels that can be challenged. Again is no
   * error. A tower that cannot be written to is no reason not to settle: it never throws.
   */
  async give(settlement: StoredSettlement): Promise<void> {
    const { tower, domain, log } = this.#parts;
    const id = Number(settlement.id);
    try {
      const jobs = [this.#settlementJob(settlement), ...(await this.#voucherJobs(settlement))];
      const now = BigInt(Math.floor(Date.now() / 1000));
      await tower.addAll(jobs.map((job) => newRecord(jobId(job, domain), job, now)));
      log.info({ settlement: id, jobs: jobs.length }, "given to the watchtower");
    } catch (error) {
      log.error({ settlement: id, reason: reason(error) }, "the watchtower's jobs cannot be written");
    }
  }

  close(): void {
    this.#parts.tower.close();
  }

  #settlementJob({ raw, createdAt }: StoredSettlement): Job {
    const call = ESCROW.parseTransaction(Transaction.from(raw));
    if (call?.name !== "settle")
      throw new WorkerError("DATABASE_CORRUPT", "a settlement's transaction settles nothing");
    const [batch, rows, signature] = call.args as unknown as [Result, Hex, Hex];
    const { node, lineId, versionHash, lane, nonce, lastAt } = batch.toObject();
    return {
      kind: "settlement",
      batch: { node, lineId, versionHash, lane: Number(lane), nonce, lastAt, rowsHash: hashRows(rows) },
      rows,
      signature,
      // Of the record, so that the same settlement is the same job after a restart.
      landFrom: createdAt + this.#parts.delay,
    };
  }

  async #voucherJobs({ claims, lineId }: StoredSettlement): Promise<Job[]> {
    const { store, channels, node } = this.#parts;
    const jobs: Job[] = [];
    for (const { channel } of claims) {
      const voucher = (await store.books.channel(channel))?.voucher;
      const state = await channels.get(channel);
      if (voucher === undefined || !state?.optimistic) continue;
      const { cumulative, signature } = voucher;
      jobs.push({ kind: "voucher", voucher: { node, lineId, channel, cumulative }, signature: signature as Hex });
    }
    return jobs;
  }
}
