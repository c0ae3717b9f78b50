import { type Batch, claimOf, type Hex, hashRows, Lane, type PlannedBatch, packPlanned } from "@freehold/sdk";
import { inferenceEscrowAbi } from "@freehold/sdk/abis";
import { Interface, type JsonRpcProvider, Transaction } from "ethers";
import type { Chain } from "../chain/types.js";
import type { Enclave } from "../enclave/enclave.js";
import { WorkerError } from "../errors.js";
import type { Claim } from "../store/index.js";

const ESCROW = new Interface(inferenceEscrowAbi);

/** A batch that the enclave signed, as `InferenceEscrow.settle` takes it. */
export interface SignedBatch {
  readonly batch: Batch;
  readonly receiptKey: Hex;
  readonly claims: readonly Claim[];
  readonly data: string;
}

/** Thrown when the escrow would not pay a batch now. */
export class RefusedError extends WorkerError {
  constructor(message: string) {
    super("SETTLEMENT_REFUSED", message);
  }
}

/**
 * Has the enclave sign a plan with a key that is payable for its newest work. Once per nonce: a second batch with the same one
 * is what the arbiter convicts a node of. Throws {@link RefusedError} before anything is signed.
 */
export async function signPlanned(
  planned: PlannedBatch,
  nonce: bigint,
  node: string,
  enclave: Enclave,
  chain: Chain,
): Promise<SignedBatch> {
  const { lineId, versionHash, lane, lastAt } = planned;
  const receiptKey = await payableKey(lineId, lastAt, enclave, chain);
  const rows = packPlanned(planned);
  const batch: Batch = { node, lineId, versionHash, lane, nonce, lastAt, rowsHash: hashRows(rows) };
  const signature = await enclave.signBatch(receiptKey, batch);
  const claims = planned.rows.map(({ debt, pays }) => ({
    channel: debt.channel,
    metered: lane === Lane.Optimistic ? debt.accounted + pays : claimOf(debt),
  }));
  return { batch, receiptKey, claims, data: ESCROW.encodeFunctionData("settle", [batch, rows, signature]) };
}

/** The batch that a settlement's transaction carries, and its enclave's signature. */
export function signedBatchOf(raw: Hex): { batch: Batch; signature: Hex } {
  const [batch, rows, signature] = ESCROW.decodeFunctionData("settle", Transaction.from(raw).data);
  const { node, lineId, versionHash, lane, nonce, lastAt } = batch as Record<keyof Batch, never>;
  const fields = { node, lineId, versionHash, lane: Number(lane) as Lane, nonce, lastAt, rowsHash: hashRows(rows) };
  return { batch: fields, signature };
}

/** What a batch would pay now, units. Throws the contract's refusal as ethers reports it. */
export async function simulate(data: string, provider: JsonRpcProvider, escrow: string, from: string): Promise<bigint> {
  const [total] = ESCROW.decodeFunctionResult("settle", await provider.call({ from, to: escrow, data }));
  return total as bigint;
}

/** Call that gives up a nonce. */
export function skipBatch(lineId: Hex, nonce: bigint): string {
  return ESCROW.encodeFunctionData("skipBatch", [lineId, nonce]);
}

/** The newest key whose work of `lastAt` (Unix seconds) the line pays. Throws {@link RefusedError}. */
export async function payableKey(lineId: Hex, lastAt: bigint, enclave: Enclave, chain: Chain): Promise<Hex> {
  for (const { receiptKey } of enclave.keys) {
    if (await chain.isPayable(receiptKey, lineId, lastAt)) return receiptKey;
  }
  throw new RefusedError(`the line accepts none of this enclave's keys for work of ${lastAt}: see its policy`);
}
