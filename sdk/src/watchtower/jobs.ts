import type { SignedReceipt } from "../actions/arbiter/conviction.js";
import type { SignedBatch } from "../actions/arbiter/prove-double-batch.js";
import type { Challenge } from "../eip712/instructions.js";
import type { Batch, Voucher } from "../eip712/types.js";
import type { Hex } from "../hex.js";

/** Of a node: land this settlement if nobody has by the time that it must. */
export interface SettlementJob {
  readonly kind: "settlement";
  readonly batch: Batch;
  /** Packed; `batch.rowsHash` is their hash. */
  readonly rows: Hex;
  /** Of the enclave. */
  readonly signature: Hex;
  /** Unix seconds from which it is landed in any case. Undefined: only when a close or its age makes it urgent. */
  readonly landFrom?: bigint | undefined;
}

/**
 * Of a payer: challenge when more than `word.asserted` is taken from the channel. The tower stakes a bond on the word: take it only from
 * payers that you know, and a newer one after every payment.
 */
export interface ChallengeJob {
  readonly kind: "challenge";
  readonly word: Challenge;
  /** Of the channel's signer. */
  readonly signature: Hex;
}

/** Of a node: answer challenges of the channel with this voucher. */
export interface VoucherJob {
  readonly kind: "voucher";
  readonly voucher: Voucher;
  /** Of the channel's signer. */
  readonly signature: Hex;
}

/** Of anybody: receipts that convict a node, one or two of one channel. */
export interface ReceiptsJob {
  readonly kind: "receipts";
  readonly receipts: readonly SignedReceipt[];
}

/** Of anybody: two batches with one nonce. */
export interface BatchesJob {
  readonly kind: "batches";
  readonly batches: readonly [SignedBatch, SignedBatch];
}

/** Something that a watchtower does for somebody. */
export type Job = SettlementJob | ChallengeJob | VoucherJob | ReceiptsJob | BatchesJob;
export type JobKind = Job["kind"];

/** A transaction that was signed for a job. */
export interface JobTransaction {
  /** What it does: `settle`, `approve`, `challenge`, … */
  readonly step: string;
  readonly nonce: number;
  /** Signed; the newest with this nonce. */
  readonly raw: Hex;
  /** Of every transaction with this nonce, newest last: one of them at most is mined. */
  readonly hashes: readonly Hex[];
  /** `dropped`: another transaction took its nonce. */
  readonly status: "pending" | "mined" | "reverted" | "dropped";
  /** Where it was mined. */
  readonly block: number | undefined;
}

/**
 * How a job ended. done: `landed` (settled by this tower), `not-needed` (its nonce was used, or nobody can ask for it any more),
 * `upheld` (the payer has his money), `convicted`, `superseded` (a newer word or voucher of the channel is there), `expired` (the word's
 * deadline passed). failed: `too-old`, `answered` (the voucher existed: the bond is lost), `bad-signature`, `no-offence`, `reverted`.
 */
export type Outcome =
  | "landed"
  | "not-needed"
  | "upheld"
  | "convicted"
  | "superseded"
  | "expired"
  | "too-old"
  | "answered"
  | "bad-signature"
  | "no-offence"
  | "reverted";

export type JobStatus = "open" | "done" | "failed";

/** Something that transactions were signed for. */
export interface WithTransactions {
  readonly transactions: readonly JobTransaction[];
}

/** A job and all that is known of it; the store keeps it. */
export interface JobRecord extends WithTransactions {
  /** From the job itself: the same job is the same record. */
  readonly id: string;
  readonly job: Job;
  /** Wall clock, Unix seconds. */
  readonly addedAt: bigint;
  readonly status: JobStatus;
  readonly outcome: Outcome | undefined;
  /** Chain time at which a debit beyond the word was first seen. */
  readonly seenAt: bigint | undefined;
}

/** Where jobs are kept. What a promise resolved for is still there after the process was killed. */
export interface JobStore {
  /** Adds a record unless there is one with its id. Returns whether it did. */
  add(record: JobRecord): Promise<boolean>;
  /** Open records whose ids are not in `known`, oldest first. */
  open(known: ReadonlySet<string>): Promise<JobRecord[]>;
  /** Writes a record over the one with its id. */
  save(record: JobRecord): Promise<void>;
}

/** A new record of a job. */
export function newRecord(id: string, job: Job, addedAt: bigint): JobRecord {
  return { id, job, addedAt, status: "open", outcome: undefined, seenAt: undefined, transactions: [] };
}

/** The transaction that is not decided yet. */
export function pendingOf(record: WithTransactions): JobTransaction | undefined {
  return record.transactions.find(({ status }) => status === "pending");
}

/** The newest transaction of a job that was mined for a step. */
export function minedOf(record: JobRecord, step: string): JobTransaction | undefined {
  return record.transactions.findLast((transaction) => transaction.step === step && transaction.status === "mined");
}

/** The step that puts a bond at stake. */
export const CHALLENGE = "challenge";

/** Whether the tower's bond is at stake for an open job. */
export function hasBond({ transactions }: JobRecord): boolean {
  return transactions.some(({ step, status }) => step === CHALLENGE && (status === "pending" || status === "mined"));
}

/** A store that ends with the process: for tests, and for towers whose jobs come from elsewhere at every start. */
export function memoryJobs(): JobStore & { all(): JobRecord[] } {
  const records = new Map<string, JobRecord>();
  return {
    async add(record) {
      if (records.has(record.id)) return false;
      records.set(record.id, record);
      return true;
    },
    open: async (known) => [...records.values()].filter(({ id, status }) => status === "open" && !known.has(id)),
    async save(record) {
      records.set(record.id, record);
    },
    all: () => [...records.values()],
  };
}
