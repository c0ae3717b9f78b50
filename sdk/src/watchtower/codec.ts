import { id as hashOf } from "ethers";
import type { SignedReceipt } from "../actions/arbiter/conviction.js";
import type { SignedBatch } from "../actions/arbiter/prove-double-batch.js";
import type { Domain } from "../eip712/domains.js";
import type { Batch } from "../eip712/types.js";
import { FreeholdError } from "../errors/base.js";
import { type Hex, sameHex } from "../hex.js";
import { channelsOf, hashRows, type Lane } from "../settlement/rows.js";
import { WireError } from "../wire/error.js";
import { Reader } from "../wire/reader.js";
import { decodeReceipt, encodeReceipt } from "../wire/receipt.js";
import type { Job, JobKind } from "./jobs.js";

/** What a job is for: one escrow on one chain. */
export type JobDomain = Pick<Domain, "chainId" | "verifyingContract">;

const KINDS = ["settlement", "challenge", "voucher", "receipts", "batches"] as const satisfies readonly JobKind[];
const COMMON = ["v", "kind", "chainId", "escrow"];
/** Of the kinds of jobs, in the order of their files. */
const FIELDS: Readonly<Record<JobKind, readonly string[]>> = {
  settlement: ["batch", "rows", "signature", "landFrom"],
  challenge: ["node", "lineId", "channel", "asserted", "deadline", "signature"],
  voucher: ["node", "lineId", "channel", "cumulative", "signature"],
  receipts: ["receipts"],
  batches: ["batches"],
};
const BATCH = ["node", "lineId", "versionHash", "lane", "nonce", "lastAt", "rowsHash"];
/** Most that a transaction carries. */
const MAX_ROWS = 128 * 1024;

/** JSON of a job, as files of jobs hold it; the same for the same job. */
export function encodeJob(job: Job, { chainId, verifyingContract }: JobDomain): Record<string, unknown> {
  return { v: 1, kind: job.kind, chainId: chainId.toString(), escrow: verifyingContract.toLowerCase(), ...body(job) };
}

/** Names a job: 32 hex digits of the hash of its JSON. */
export function jobId(job: Job, domain: JobDomain): string {
  return hashOf(JSON.stringify(encodeJob(job, domain))).slice(2, 34);
}

/** Reads a job strictly. Throws `MALFORMED`, and `FOREIGN_JOB` when it is for another escrow. */
export function decodeJob(json: unknown, domain: JobDomain): Job {
  const kind = new Reader(json, [...COMMON, ...Object.values(FIELDS).flat()]).word("kind", KINDS);
  const r = new Reader(json, [...COMMON, ...FIELDS[kind]]);
  r.version();
  const [chainId, escrow] = [r.uint("chainId", 256), r.address("escrow")];
  if (chainId !== domain.chainId || !sameHex(escrow, domain.verifyingContract)) {
    throw new FreeholdError("FOREIGN_JOB", `the job is for escrow ${escrow} on chain ${chainId}`, {
      details: { escrow, chainId: chainId.toString() },
      hint: "Give it to a watchtower of that deployment.",
    });
  }
  return read(kind, r);
}

function read(kind: JobKind, r: Reader): Job {
  const channel = () => ({ node: r.address("node"), lineId: r.bytes32("lineId"), channel: r.uint("channel", 26) });
  switch (kind) {
    case "settlement":
      return settlement(r);
    case "challenge": {
      const word = { ...channel(), asserted: r.uint("asserted", 56), deadline: r.uint("deadline", 256) };
      return { kind, word, signature: r.hex("signature", 65) };
    }
    case "voucher": {
      const voucher = { ...channel(), cumulative: r.uint("cumulative", 64) };
      return { kind, voucher, signature: r.hex("signature", 65) };
    }
    case "receipts":
      return { kind, receipts: r.array("receipts", 1, 2, signedReceipt) };
    case "batches": {
      const [first, second] = r.array("batches", 2, 2, signedBatch);
      if (first === undefined || second === undefined) throw new WireError("batches", "two");
      return { kind, batches: [first, second] };
    }
  }
}

function settlement(r: Reader): Job {
  const batch = r.object("batch", decodeBatch);
  const rows = r.bytes("rows", MAX_ROWS);
  if (hashRows(rows) !== batch.rowsHash) throw new WireError("batch.rowsHash", "the hash of the rows", batch.rowsHash);
  channelsOf(batch.lane as Lane, rows);
  const landFrom = r.nullable("landFrom", () => r.uint("landFrom", 40)) ?? undefined;
  return { kind: "settlement", batch, rows, signature: r.hex("signature", 65), landFrom };
}

function signedReceipt(json: unknown, path: string): SignedReceipt {
  const r = new Reader(json, ["receipt", "signature"], path);
  return { receipt: r.object("receipt", decodeReceipt), signature: r.hex("signature", 65) };
}

function signedBatch(json: unknown, path: string): SignedBatch {
  const r = new Reader(json, ["batch", "signature"], path);
  return { batch: r.object("batch", decodeBatch), signature: r.hex("signature", 65) };
}

function decodeBatch(json: unknown, path: string): Batch {
  const r = new Reader(json, BATCH, path);
  return {
    node: r.address("node"),
    lineId: r.bytes32("lineId"),
    versionHash: r.bytes32("versionHash"),
    lane: Number(r.uint("lane", 1)),
    nonce: r.uint("nonce", 32),
    lastAt: r.uint("lastAt", 40),
    rowsHash: r.bytes32("rowsHash"),
  };
}

function body(job: Job): Record<string, unknown> {
  switch (job.kind) {
    case "settlement": {
      const { batch, rows, landFrom } = job;
      return { batch: encodeBatch(batch), rows: lower(rows), ...signed(job), landFrom: landFrom?.toString() ?? null };
    }
    case "challenge": {
      const { asserted, deadline } = job.word;
      return { ...named(job.word), asserted: asserted.toString(), deadline: deadline.toString(), ...signed(job) };
    }
    case "voucher":
      return { ...named(job.voucher), cumulative: job.voucher.cumulative.toString(), ...signed(job) };
    case "receipts":
      return { receipts: job.receipts.map((one) => ({ receipt: encodeReceipt(one.receipt), ...signed(one) })) };
    case "batches":
      return { batches: job.batches.map((one) => ({ batch: encodeBatch(one.batch), ...signed(one) })) };
  }
}

function named({ node, lineId, channel }: { node: string; lineId: Hex; channel: bigint }) {
  return { node: lower(node), lineId: lower(lineId), channel: channel.toString() };
}

function encodeBatch({ node, lineId, versionHash, lane, nonce, lastAt, rowsHash }: Batch) {
  return {
    node: lower(node),
    lineId: lower(lineId),
    versionHash: lower(versionHash),
    lane: lane.toString(),
    nonce: nonce.toString(),
    lastAt: lastAt.toString(),
    rowsHash: lower(rowsHash),
  };
}

const signed = ({ signature }: { signature: string }) => ({ signature: lower(signature) });

const lower = (text: string) => text.toLowerCase();
