import { AbiCoder, keccak256 } from "ethers";
import { Offence, type SignedReceipt } from "../actions/arbiter/conviction.js";
import type { Batch, Receipt } from "../eip712/types.js";
import { type Hex, sameHex } from "../hex.js";

/** What the chain says of a receipt; Unix seconds. */
export interface ReceiptFacts {
  /** The end of its enclave that its operator knew: a recheck, which comes without notice, convicts nobody. */
  readonly promisedUntil: bigint;
  /** Until when its version was payable. */
  readonly payableUntil: bigint;
}

/** An offence, and what shows it: one receipt, or the earlier and the later of two. */
export interface ReceiptProof {
  readonly offence: Offence;
  readonly receipts: readonly [SignedReceipt] | readonly [SignedReceipt, SignedReceipt];
  /** The receipt that it is named after. */
  readonly of: Receipt;
}

/** Offences that receipts of enclaves of one node show: `InferenceArbiter`'s rules. */
export function proofsOf(receipts: readonly SignedReceipt[], facts: readonly ReceiptFacts[]): ReceiptProof[] {
  const proofs = receipts.flatMap((signed, i) => {
    const fact = facts[i];
    return fact === undefined ? [] : singleProofs(signed, fact);
  });
  const [first, second] = receipts;
  if (first === undefined || second === undefined) return proofs;
  return [...proofs, ...pairProofs(first, second)];
}

/** Id of an offence that is shown by receipts, as the contract computes it. */
export function receiptOffenceId(escrow: string, offence: Offence, of: Receipt): Hex {
  return encoded(
    ["uint8", "address", "address", "bytes32", "uint256", "uint64"],
    [offence, escrow, of.node, of.lineId, of.channel, of.seq],
  );
}

/** Id of the offence of two batches with one nonce. */
export function batchOffenceId(escrow: string, { node, lineId, nonce }: Batch): Hex {
  return encoded(
    ["uint8", "address", "address", "bytes32", "uint32"],
    [Offence.DoubleBatch, escrow, node, lineId, nonce],
  );
}

/** Whether two batches convict whoever's enclave signed both. */
export function isDoubleBatch(first: Batch, second: Batch): boolean {
  const isSameBook = sameHex(first.node, second.node) && sameHex(first.lineId, second.lineId);
  return isSameBook && first.nonce === second.nonce && !isSameStruct(first, second);
}

function singleProofs(signed: SignedReceipt, { promisedUntil, payableUntil }: ReceiptFacts): ReceiptProof[] {
  const { receipt } = signed;
  const proof = (offence: Offence): ReceiptProof => ({ offence, receipts: [signed], of: receipt });
  return [
    ...(receipt.workedAt > promisedUntil ? [proof(Offence.LateReceipt)] : []),
    ...(payableUntil < receipt.workedAt ? [proof(Offence.StaleReceipt)] : []),
  ];
}

function pairProofs(first: SignedReceipt, second: SignedReceipt): ReceiptProof[] {
  const [a, b] = [first.receipt, second.receipt];
  if (!sameHex(a.node, b.node) || !sameHex(a.lineId, b.lineId) || a.channel !== b.channel) return [];
  if (a.seq === b.seq) {
    return isSameStruct(a, b) ? [] : [{ offence: Offence.DoubleReceipt, receipts: [first, second], of: a }];
  }
  const [earlier, later] = a.seq < b.seq ? [first, second] : [second, first];
  const counted = earlier.receipt.cumulative + later.receipt.price;
  if (later.receipt.cumulative >= counted) return [];
  return [{ offence: Offence.BackwardMeter, receipts: [earlier, later], of: later.receipt }];
}

function isSameStruct(a: Receipt | Batch, b: Receipt | Batch): boolean {
  const text = (value: Receipt | Batch) =>
    JSON.stringify(
      Object.entries(value)
        .map(([name, field]) => [name, String(field).toLowerCase()])
        .sort(),
    );
  return text(a) === text(b);
}

function encoded(types: string[], values: unknown[]): Hex {
  return keccak256(AbiCoder.defaultAbiCoder().encode(types, values)) as Hex;
}
