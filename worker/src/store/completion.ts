import type { Receipt } from "@freehold/sdk";
import { WorkerError } from "../errors.js";
import type { Sql } from "./database.js";
import { integer } from "./rows.js";
import type { NewWitness } from "./witnesses.js";

/** The highest voucher of a channel. */
export interface StoredVoucher {
  readonly cumulative: bigint;
  readonly signature: string;
}

/** A receipt with its signature and the address that signed it. */
export interface StoredReceipt {
  readonly receipt: Receipt;
  readonly signature: string;
  readonly receiptKey: string;
}

/** One completed inference, as it is written down before its answer leaves. */
export interface Completion extends StoredReceipt {
  readonly voucher: StoredVoucher;
  /** Of a receipt with commitments. */
  readonly witness?: NewWitness | undefined;
  /** Units that the escrow had paid on the channel when these books first met it; counts once. */
  readonly paidBefore: bigint;
  readonly idempotencyKey: string;
  /** The answer, byte for byte; its output is sealed. */
  readonly body: string;
  /** Wall clock, Unix seconds. */
  readonly createdAt: bigint;
}

/** Brings the channel to a receipt if that is its next one. Others who try that wait here. Throws `METER_OUT_OF_STEP`. */
export async function advance(sql: Sql, completion: Completion): Promise<void> {
  const { receipt } = completion;
  if ((await (receipt.seq === 1n ? begin : step)(sql, completion)) === 1) return;
  throw new WorkerError("METER_OUT_OF_STEP", `receipt ${receipt.seq} is not the next of channel ${receipt.channel}`);
}

/** Throws `ALREADY_COMPLETED`. */
export async function writeReceipt(sql: Sql, completion: Completion): Promise<void> {
  const { receipt, signature, receiptKey, createdAt, voucher } = completion;
  const written = await sql.run(
    `INSERT INTO receipts (channel, seq, version, request_hash, response_hash, input_commitment, output_commitment,
       cumulative, price, worked_at, signature, receipt_key, created_at, voucher)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
    receipt.channel,
    receipt.seq,
    await versionId(sql, receipt.lineId, receipt.versionHash),
    receipt.requestHash,
    receipt.responseHash,
    receipt.inputCommitment,
    receipt.outputCommitment,
    receipt.cumulative,
    receipt.price,
    receipt.workedAt,
    signature,
    receiptKey,
    createdAt,
    receipt.price === 0n ? null : voucher.cumulative,
  );
  if (written === 0) {
    throw new WorkerError("ALREADY_COMPLETED", `request ${receipt.requestHash}, or its voucher, has a receipt`);
  }
}

/** Throws `ALREADY_COMPLETED`. */
export async function writeResponse(sql: Sql, completion: Completion): Promise<void> {
  const { receipt, idempotencyKey, body, createdAt } = completion;
  const written = await sql.run(
    `INSERT INTO responses (channel, idempotency_key, request_hash, body, created_at) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT DO NOTHING`,
    receipt.channel,
    idempotencyKey,
    receipt.requestHash,
    body,
    createdAt,
  );
  if (written === 0) throw new WorkerError("ALREADY_COMPLETED", `key ${idempotencyKey} has an answer`);
}

async function begin(sql: Sql, { receipt, voucher, paidBefore }: Completion): Promise<number> {
  if (receipt.cumulative !== paidBefore + receipt.price) return 0;
  return sql.run(
    `INSERT INTO channels (channel, seq, metered, accounted, paid_before, spent_before, voucher_cumulative, voucher_signature)
     VALUES (?, 1, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
    receipt.channel,
    receipt.cumulative,
    paidBefore,
    paidBefore,
    paidBefore,
    voucher.cumulative,
    voucher.signature,
  );
}

async function step(sql: Sql, { receipt, voucher }: Completion): Promise<number> {
  return sql.run(
    `UPDATE channels SET seq = ?, metered = ?,
       voucher_signature = CASE WHEN voucher_cumulative < ? THEN ? ELSE voucher_signature END,
       voucher_cumulative = CASE WHEN voucher_cumulative < ? THEN ? ELSE voucher_cumulative END
     WHERE channel = ? AND seq = ? AND metered = ? AND ended_at = 0`,
    receipt.seq,
    receipt.cumulative,
    voucher.cumulative,
    voucher.signature,
    voucher.cumulative,
    voucher.cumulative,
    receipt.channel,
    receipt.seq - 1n,
    receipt.cumulative - receipt.price,
  );
}

async function versionId(sql: Sql, lineId: string, versionHash: string): Promise<bigint> {
  const find = () => sql.get("SELECT id FROM versions WHERE line_id = ? AND version_hash = ?", lineId, versionHash);
  let row = await find();
  if (row === undefined) {
    await sql.run(
      "INSERT INTO versions (line_id, version_hash) VALUES (?, ?) ON CONFLICT DO NOTHING",
      lineId,
      versionHash,
    );
    row = await find();
  }
  if (row === undefined) throw new WorkerError("DATABASE_CORRUPT", `version ${versionHash} was not written`);
  return integer(row, "id");
}
