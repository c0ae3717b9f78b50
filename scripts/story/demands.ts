import type { Shape } from "@freehold/circuits";
import {
  type Batch,
  CircuitKind,
  circuitOf,
  type Freehold,
  type Hex,
  hashRows,
  type Receipt,
  receiptIdOf,
} from "@freehold/sdk";
import type { OwnedModel } from "./ownership.ts";
import { addressOf, noted, type Stage } from "./setup.ts";

/** One receipt in sixty-four of a batch is drawn. */
const AUDIT_SHARE = 65_536 / 64;

/** A receipt as its payer has it. */
export interface SignedReceipt {
  receipt: Receipt;
  signature: Hex;
}

/** A batch as whoever demands its audit names it. */
export interface SignedBatch {
  batch: Batch;
  signature: Hex;
}

/** The quant asks for proofs, and waits until his policy holds. */
export async function askForProofs(stage: Stage, owned: OwnedModel, shape: Shape): Promise<void> {
  const { proofs } = stage.as(stage.actors.quant);
  const policy = { lineId: owned.lineId, circuit: circuitOf(CircuitKind.Inference, shape), auditShare: AUDIT_SHARE };
  await noted(stage, "set proof policy", proofs.setProofPolicy(policy));
  await stage.chain.advance(Number((await proofs.parameters()).notice));
  stage.log.step("line asks for proofs", "of challenged receipts, and of one in 64 of each audited batch");
}

/** The quant challenges a receipt. Returns its id. */
export async function challenge(stage: Stage, { receipt, signature }: SignedReceipt): Promise<Hex> {
  const { arbiter } = stage.as(stage.actors.quant);
  const version = await versionOf(stage.as(stage.actors.quant), receipt);
  await noted(stage, undefined, arbiter.approveBond());
  await noted(stage, "challenge a receipt", arbiter.challengeReceipt({ receipt, signature, version }));
  return receiptIdOf(addressOf(stage, "InferenceEscrow"), receipt);
}

/** The quant demands the audit of a batch. */
export async function demandAudit(stage: Stage, settled: SignedBatch): Promise<void> {
  const freehold = stage.as(stage.actors.quant);
  const version = await versionOf(freehold, settled.batch);
  await noted(stage, "demand an audit", freehold.arbiter.demandAudit({ ...settled, version }));
}

/** Position of a version in its line. */
export async function versionOf(
  freehold: Freehold,
  { lineId, versionHash }: { lineId: Hex; versionHash: Hex },
): Promise<bigint> {
  const { count } = await freehold.deltas.lineOf({ lineId });
  for (let version = count; version >= 0n; version--) {
    if ((await freehold.deltas.versionOf({ lineId, version })).hash === versionHash) return version;
  }
  throw new Error(`the line has no version ${versionHash}`);
}

/** The newest batch that a node settled, read from its transaction as anybody can. */
export async function newestBatch(stage: Stage, node: string): Promise<SignedBatch> {
  const escrow = stage.as(stage.actors.stranger).contract("InferenceEscrow");
  const log = (await escrow.queryFilter(escrow.filters.BatchSettled(node))).at(-1);
  const sent = await log?.getTransaction();
  if (sent === undefined) throw new Error(`${node} settled nothing`);
  const [batch, rows, signature] = escrow.interface.decodeFunctionData("settle", sent.data);
  const { lineId, versionHash, lane, nonce, lastAt } = batch;
  const named = { node, lineId, versionHash, lane: Number(lane), nonce, lastAt, rowsHash: hashRows(rows) } as Batch;
  return { batch: named, signature: signature as Hex };
}
