import type { Context } from "../../context.js";
import { ContractRevertError } from "../../errors/revert.js";
import { fromHex, type Hex, sameHex, toHex } from "../../hex.js";
import { circuitIdOf } from "../../proofs/circuit-ref.js";
import { ProofError } from "../../proofs/errors.js";
import { CircuitKind, type CircuitRef } from "../../types.js";
import { deltaOf } from "../proofs/delta-of.js";
import { type CommittedDelta, type UpcomingVersion, upcomingDelta } from "../proofs/ledger.js";
import { pinnedKeyOf, requireKind, requireProof } from "../proofs/pinned-key.js";
import { proveDelta } from "../proofs/prove-delta.js";
import { deltaPublics } from "../proofs/statements.js";
import type { Overrides } from "../transaction.js";

/** The proof of a delta, of `proofs.prove` for this append. */
export interface AppendProof {
  circuit: CircuitRef;
  deltaRoot: Hex;
  proof: Hex;
}

/** What became of the proof. */
export interface RecordedProof {
  circuitId: Hex;
  deltaRoot: Hex;
  /** Of the proof's transaction; undefined when somebody else had brought the same delta's proof before. */
  hash: Hex | undefined;
}

/**
 * That the proof will be accepted once this delta is appended.
 * @throws ProofError PROOF_INVALID, STALE_PARENT, NOT_COMMITTED, WRONG_CIRCUIT, and as `pinnedKeyOf`
 */
export async function requireAppendProof(
  ctx: Context,
  account: string,
  append: UpcomingVersion,
  { circuit, deltaRoot, proof }: AppendProof,
): Promise<CommittedDelta> {
  requireKind(circuit, CircuitKind.Delta);
  const [version, pinned] = await Promise.all([upcomingDelta(ctx, account, append), pinnedKeyOf(ctx, circuit)]);
  await requireProof(pinned, deltaPublics(ctx, version, BigInt(toHex(fromHex(deltaRoot, 32)))), proof);
  return version;
}

/**
 * Brings the proof of a delta that was appended to the chain.
 * @throws ProofError PROOF_NOT_RECORDED, whatever went wrong: the append stands
 */
export async function recordProof(
  ctx: Context,
  appended: { lineId: Hex; version: bigint; versionHash: Hex },
  { circuit, deltaRoot, proof }: AppendProof,
  overrides: Overrides,
  confirmations: number,
  timeoutMs: number | undefined,
): Promise<RecordedProof> {
  const { lineId, version, versionHash } = appended;
  const circuitId = circuitIdOf(circuit);
  try {
    const sent = await proveDelta(ctx)({ lineId, version, circuit, deltaRoot, proof }, overrides);
    await sent.wait(confirmations, timeoutMs);
    return { circuitId, deltaRoot, hash: sent.hash };
  } catch (cause) {
    // Whoever saw the proof in the mempool may bring it: it shows the same.
    if (isProven(cause) && (await isRecorded(ctx, versionHash, deltaRoot))) {
      return { circuitId, deltaRoot, hash: undefined };
    }
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ProofError(
      "PROOF_NOT_RECORDED",
      `version ${version} was appended, its proof is not recorded: ${reason}`,
      {
        details: { lineId, version: version.toString(), versionHash, deltaRoot },
        hint: "The append stands; do not repeat it. Call wait again, or send the proof with proofs.proveDelta({ lineId, version, circuit, deltaRoot, proof }).",
        cause,
      },
    );
  }
}

function isProven(error: unknown): boolean {
  return error instanceof ContractRevertError && error.errorName === "VersionProofs_AlreadyProven";
}

async function isRecorded(ctx: Context, versionHash: Hex, deltaRoot: Hex): Promise<boolean> {
  return deltaOf(ctx)({ versionHash }).then(
    (recorded) => sameHex(recorded, deltaRoot),
    () => false,
  );
}
