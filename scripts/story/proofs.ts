import type { Shape } from "@freehold/circuits";
import { AuditState, CircuitKind, type Hex, ProofState } from "@freehold/sdk";
import type { Model } from "../model/model.ts";
import { challenge, demandAudit, newestBatch, type SignedReceipt } from "./demands.ts";
import type { StoryKeys } from "./keys.ts";
import type { OwnedModel } from "./ownership.ts";
import type { ProofTime } from "./result.ts";
import { until } from "./serving.ts";
import { noted, type Stage } from "./setup.ts";

/** Proves that every parameter of a version is in its range. */
export async function proveRegistration(
  stage: Stage,
  owned: OwnedModel,
  { version, salt }: { version: bigint; salt: bigint },
  { shape, weights }: { shape: Shape; weights: Model["weights"] },
  keys: StoryKeys,
): Promise<ProofTime> {
  const { proofs } = stage.as(stage.actors.quant);
  const { key } = await keys.register;
  const start = performance.now();
  const { lineId } = owned;
  const proof = await proofs.prove({ kind: CircuitKind.Register, lineId, version, shape, weights, salt, key });
  const seconds = (performance.now() - start) / 1000;
  await noted(stage, "prove registration", proofs.proveRegistration(proof));
  const gas = stage.gas["prove registration"] ?? 0;
  stage.log.step("registration of the version proven", timed({ seconds, gas }));
  return { what: "registration of the version", seconds, gas };
}

/** The quant challenges an honest receipt: the node proves it by itself. */
export async function challengeHonest(stage: Stage, work: SignedReceipt): Promise<ProofTime> {
  const { arbiter } = stage.as(stage.actors.quant);
  const start = performance.now();
  const receiptId = await challenge(stage, work);
  const state = async () => (await arbiter.proofChallengeOf({ receiptId })).state;
  await until("the node to prove its receipt", async () => (await state()) === ProofState.Proven, 120);
  const seconds = (performance.now() - start) / 1000;
  const contract = stage.as(stage.actors.quant).contract("InferenceArbiter");
  const [log] = await contract.queryFilter(contract.filters.ReceiptProven(work.receipt.node, receiptId));
  const gas = Number((await log?.getTransactionReceipt())?.gasUsed ?? 0n);
  stage.gas["prove a receipt"] = gas;
  stage.log.step("an honest node's receipt is challenged", `proven by the node, ${timed({ seconds, gas })}`);
  return { what: "a challenged receipt, from challenge to proof", seconds, gas };
}

/** The quant has an honest batch audited: the node opens it, draws, and proves what is drawn. */
export async function auditHonest(stage: Stage, node: string): Promise<ProofTime> {
  const { arbiter } = stage.as(stage.actors.quant);
  const settled = await newestBatch(stage, node);
  const start = performance.now();
  await demandAudit(stage, settled);
  const audit = () => arbiter.auditOf(settled.batch);
  await until(
    "the node to pass its audit",
    async () => {
      // A block that draws has to come.
      await stage.chain.advance(1);
      return (await audit()).state === AuditState.Passed;
    },
    180,
  );
  const seconds = (performance.now() - start) / 1000;
  const { draws, count } = await audit();
  const contract = stage.as(stage.actors.quant).contract("InferenceArbiter");
  const opened = await contract.queryFilter(contract.filters.AuditOpened(undefined, node));
  const [openReceipt] = await Promise.all(opened.slice(-1).map((log) => log.getTransactionReceipt()));
  const auditId = opened.at(-1)?.args.auditId as Hex;
  const [proven] = await contract.queryFilter(contract.filters.DrawProven(auditId));
  const gas = Number((await proven?.getTransactionReceipt())?.gasUsed ?? 0n);
  stage.gas["open an audit"] = Number(openReceipt?.gasUsed ?? 0n);
  stage.gas["prove a draw"] = gas;
  const what = `audit of a batch: ${draws} of ${count} receipts drawn`;
  stage.log.step(
    "an honest node's batch is audited",
    `${draws} of ${count} drawn and proven, ${timed({ seconds, gas })} each`,
  );
  return { what: `${what}, from demand to the last proof`, seconds, gas };
}

/** A proof's price, for the log. */
export function timed({ seconds, gas }: { seconds: number; gas: number }): string {
  return `${seconds.toFixed(1)} s, ${gas.toLocaleString("en")} gas`;
}
