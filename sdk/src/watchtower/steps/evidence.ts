import { Offence, type SignedReceipt } from "../../actions/arbiter/conviction.js";
import { recoverBatch, recoverReceipt } from "../../eip712/structs.js";
import { type Hex, sameHex } from "../../hex.js";
import type { BatchesJob, JobRecord, ReceiptsJob } from "../jobs.js";
import {
  batchOffenceId,
  isDoubleBatch,
  proofsOf,
  type ReceiptFacts,
  type ReceiptProof,
  receiptOffenceId,
} from "../proofs.js";
import { type Call, callOf, done, failed, type Next, type TowerSituation } from "../situation.js";
import { signerOf } from "./common.js";

/** Sends every fraud proof that receipts give. */
export async function receiptsStep(_record: JobRecord, { receipts }: ReceiptsJob, s: TowerSituation): Promise<Next> {
  const facts = await Promise.all(receipts.map((signed) => factsOf(signed, s)));
  const known = facts.filter((fact) => fact !== undefined);
  if (known.length < receipts.length) return failed("bad-signature");
  const proofs = proofsOf(receipts, known);
  const escrow = s.domain.verifyingContract;
  for (const proof of proofs) {
    const next = await prove(
      `prove ${nameOf(proof.offence)}`,
      receiptOffenceId(escrow, proof.offence, proof.of),
      callFor(proof, s),
      s,
    );
    if (next !== undefined) return next;
  }
  if (proofs.length > 0) return done("convicted");
  // A receipt from the future may become one.
  const last = receipts.reduce((latest, { receipt }) => (receipt.workedAt > latest ? receipt.workedAt : latest), 0n);
  return last > s.now ? { do: "wait", until: last } : failed("no-offence");
}

/** Sends the fraud proof of two batches with one nonce. */
export async function batchesStep(_record: JobRecord, { batches }: BatchesJob, s: TowerSituation): Promise<Next> {
  const [first, second] = batches;
  if (!isDoubleBatch(first.batch, second.batch)) return failed("no-offence");
  for (const { batch, signature } of batches) {
    const receiptKey = signerOf(() => recoverBatch(s.domain, batch, signature));
    if (receiptKey === undefined) return failed("bad-signature");
    const { node } = await s.freehold.nodes.enclaveOf({ receiptKey });
    if (!sameHex(node, batch.node)) return failed("bad-signature");
  }
  const id = batchOffenceId(s.domain.verifyingContract, first.batch);
  const call = callOf(s.freehold.arbiter.proveDoubleBatch, { first, second });
  return (await prove("prove DoubleBatch", id, call, s)) ?? done("convicted");
}

/** Undefined once it is convicted. */
async function prove(step: string, offenceId: Hex, call: Call, s: TowerSituation): Promise<Next | undefined> {
  if (await s.freehold.arbiter.isConvicted({ offenceId })) return undefined;
  return { do: "send", step, call, deadline: s.now + s.policy.margin };
}

/** Undefined when no enclave of the node signed it. */
async function factsOf({ receipt, signature }: SignedReceipt, s: TowerSituation): Promise<ReceiptFacts | undefined> {
  const { nodes, deltas } = s.freehold;
  const { lineId, versionHash } = receipt;
  const receiptKey = signerOf(() => recoverReceipt(s.domain, receipt, signature));
  if (receiptKey === undefined) return undefined;
  const [enclave, payableUntil] = await Promise.all([
    nodes.enclaveOf({ receiptKey }),
    deltas.payableUntil({ lineId, versionHash }),
  ]);
  return sameHex(enclave.node, receipt.node) ? { promisedUntil: enclave.promisedUntil, payableUntil } : undefined;
}

function callFor({ offence, receipts }: ReceiptProof, { freehold: { arbiter } }: TowerSituation): Call {
  const [first, second = first] = receipts;
  switch (offence) {
    case Offence.LateReceipt:
      return callOf(arbiter.proveLateReceipt, first);
    case Offence.StaleReceipt:
      return callOf(arbiter.proveStaleReceipt, first);
    case Offence.BackwardMeter:
      return callOf(arbiter.proveBackwardMeter, { first, second });
    default:
      return callOf(arbiter.proveDoubleReceipt, { first, second });
  }
}

function nameOf(offence: Offence): string {
  return Object.entries(Offence).find(([, value]) => value === offence)?.[0] ?? "";
}
