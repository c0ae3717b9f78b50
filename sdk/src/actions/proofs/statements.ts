import type { Context } from "../../context.js";
import { hashReceiptStruct } from "../../eip712/receipt-set.js";
import type { Receipt } from "../../eip712/types.js";
import { sameHex } from "../../hex.js";
import { deltaContext, inferenceContext, registrationContext } from "../../proofs/contexts.js";
import { ProofError } from "../../proofs/errors.js";
import type { CircuitRef } from "../../types.js";
import type { KnownVersion } from "./known-version.js";
import { type CommittedDelta, type CommittedVersion, committedVersion, contextOf } from "./ledger.js";

/** A receipt, and the use that its proof is for. */
export interface ReceiptUse {
  receipt: Receipt;
  /** Number of the version that the receipt names, in its line. */
  version: bigint | number;
  /** Who challenged; the zero address for an audit. */
  requester: string;
  /** Unix seconds, the last at which the proof counts: `answerBy` of a challenge, `proveBy` of an audit. */
  deadline: bigint;
}

/** Public inputs of a registration: root, context. */
export function registrationPublics(ctx: Context, version: CommittedVersion): bigint[] {
  return [version.root, registrationContext(contextOf(ctx, version))];
}

/** Public inputs of a delta: the parent's root, the delta's, the version's, context. */
export function deltaPublics(ctx: Context, version: CommittedDelta, deltaRoot: bigint): bigint[] {
  return [version.parentRoot, deltaRoot, version.root, deltaContext(contextOf(ctx, version))];
}

/** Public inputs of an inference in its circuit: the root is none in tier 2, where the linked sum names the weights. */
export function publicsOf({ tier }: CircuitRef, publics: readonly bigint[]): readonly bigint[] {
  return tier === 2 ? publics.slice(1) : publics;
}

/** Public inputs of an inference, as contracts give them: root, input, output, result, context. */
export function inferencePublics(ctx: Context, version: CommittedVersion, use: ReceiptUse, result: bigint): bigint[] {
  const { receipt, requester, deadline } = use;
  const { modelId, lineId, versionHash } = version;
  const context = inferenceContext({
    chainId: ctx.chainId,
    arbiter: ctx.addressOf("InferenceArbiter"),
    modelId,
    lineId,
    versionHash,
    escrow: ctx.addressOf("InferenceEscrow"),
    receiptHash: hashReceiptStruct(receipt),
    requester,
    deadline,
  });
  return [version.root, BigInt(receipt.inputCommitment), BigInt(receipt.outputCommitment), result, context];
}

/** The version that a receipt names. @throws ProofError WRONG_VERSION, NOT_COMMITTED */
export async function versionOfReceipt(
  ctx: Context,
  { receipt, version }: ReceiptUse,
  known?: KnownVersion,
): Promise<CommittedVersion> {
  const committed = await committedVersion(ctx, { lineId: receipt.lineId, version }, known);
  if (!sameHex(committed.versionHash, receipt.versionHash)) {
    throw new ProofError(
      "WRONG_VERSION",
      `version ${version} of line ${receipt.lineId} is ${committed.versionHash}, the receipt's is ${receipt.versionHash}`,
      {
        details: { version: String(version), expected: receipt.versionHash, actual: committed.versionHash },
        hint: "Give the number of the receipt's version in its line: deltas.versions lists them.",
      },
    );
  }
  return committed;
}
