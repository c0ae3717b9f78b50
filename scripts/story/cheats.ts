import {
  decodeKey,
  encodeProof,
  inferenceCircuit,
  inputCommitment,
  outputCommitment,
  prove,
  randomSalt,
  type Shape,
  witnessOf,
} from "@freehold/circuits";
import {
  type Batch,
  CircuitKind,
  escrowDomain,
  type Hex,
  hashBatchStruct,
  hashReceiptStruct,
  hashRows,
  Lane,
  packOptimisticRows,
  type Receipt,
  receiptTree,
  signReceipt,
  signReceiptSet,
  toHex,
  ZERO_ADDRESS,
} from "@freehold/sdk";
import { IntegerEngine } from "@freehold/worker/engine";
import { id, toBeHex } from "ethers";
import type { Headline } from "../model/csv.ts";
import type { Model } from "../model/model.ts";
import type { Actor } from "./actors.ts";
import { challenge, demandAudit, type SignedReceipt } from "./demands.ts";
import type { StoryKeys } from "./keys.ts";
import type { OwnedModel } from "./ownership.ts";
import type { Caught } from "./result.ts";
import { type RogueEnclave, rogueEnclave } from "./rogue.ts";
import { addressOf, chainTime, noted, type Stage } from "./setup.ts";

/** What the cheats know, and what they serve in the place of the version that their receipts name. */
export interface CheatModel {
  readonly shape: Shape;
  readonly base: Model;
  /** Of the base's commitment. */
  readonly salt: bigint;
  /** The version that answers should come from. */
  readonly versionHash: Hex;
}

interface Work extends SignedReceipt {
  readonly counts: Uint8Array;
  readonly inputSalt: bigint;
  readonly outputSalt: bigint;
  readonly label: number;
}

const PRICE = 100n;

/** A node that answers from the base, for a receipt of the fine-tuned version: the payer challenges it. */
export async function caughtByChallenge(
  stage: Stage,
  owned: OwnedModel,
  measurementId: Hex,
  model: CheatModel,
  keys: StoryKeys,
  headlines: readonly Headline[],
): Promise<Caught> {
  const [cheat] = stage.actors.cheats;
  const { enclave, channel } = await openTo(stage, owned, cheat, measurementId);
  const [work] = await serve(stage, owned, enclave, channel, model, headlines.slice(0, 1));
  if (work === undefined) throw new Error("there is no headline to ask");
  const { arbiter } = stage.as(stage.actors.quant);
  const receiptId = await challenge(stage, work);
  const { answerBy } = await arbiter.proofChallengeOf({ receiptId });
  const use = { requester: stage.actors.quant.address, deadline: answerBy };
  const refusal = await tryToProve(stage, cheat, model, keys, work, use);
  await stage.chain.advance(Number((await arbiter.parameters()).answerPeriod) + 1);
  const { receipt } = work;
  const lost = await noted(stage, "refute a receipt", arbiter.refuteReceipt({ receipt }));
  return {
    node: cheat.name,
    how: "one receipt was challenged",
    refusal,
    refund: tokens(lost.refund),
    toWhom: "to the payer, first",
    slashed: tokens(lost.refund + lost.paid + lost.burned),
  };
}

/** Another one, whose batch is audited at random: every answer is wrong, so whatever is drawn catches it. */
export async function caughtByAudit(
  stage: Stage,
  owned: OwnedModel,
  measurementId: Hex,
  model: CheatModel,
  keys: StoryKeys,
  headlines: readonly Headline[],
): Promise<Caught> {
  const [, cheat] = stage.actors.cheats;
  const { enclave, channel } = await openTo(stage, owned, cheat, measurementId);
  const works = await serve(stage, owned, enclave, channel, model, headlines);
  const settled = await settle(stage, owned, enclave, channel, model, works);
  await demandAudit(stage, settled);
  const { arbiter } = stage.as(cheat);
  const tree = receiptTree(works.map(({ receipt }) => hashReceiptStruct(receipt)));
  const receipts = { root: tree.root, count: tree.count, total: BigInt(works.length) * PRICE };
  const set = { batchHash: hashBatchStruct(settled.batch), ...receipts };
  const setSignature = await signReceiptSet(enclave.receiptKey, domainOf(stage), set);
  const opened = await noted(stage, undefined, arbiter.openAudit({ ...settled, version: 1n, receipts, setSignature }));
  for (let block = 0; block < 3; block++) await stage.chain.advance(1);
  await noted(stage, "draw an audit", arbiter.drawAudit(settled.batch));
  const index = await arbiter.drawnIndex({ ...settled.batch, draw: 0 });
  const drawn = works[index];
  if (drawn === undefined) throw new Error(`draw 0 chose receipt ${index} of ${works.length}`);
  const use = {
    requester: ZERO_ADDRESS,
    deadline: opened.proveBy,
    draw: { batch: settled.batch, path: tree.path(index) },
  };
  const refusal = await tryToProve(stage, cheat, model, keys, drawn, use);
  await stage.chain.advance(Number((await arbiter.parameters()).answerPeriod) + 1);
  const failed = await noted(stage, "fail an audit", stage.as(stage.actors.quant).arbiter.failAudit(settled.batch));
  const { unit } = await stage.as(stage.actors.quant).escrow.parameters();
  return {
    node: cheat.name,
    how: `${opened.draws} of ${works.length} receipts of a batch was drawn`,
    refusal,
    refund: tokens(failed.held * unit),
    toWhom: "held pay, to the line's owner",
    slashed: tokens(failed.paid + failed.burned),
  };
}

/** Registers a cheat's enclave, which says that it is the pinned code, and opens the quant's channel to it. */
async function openTo(stage: Stage, owned: OwnedModel, cheat: Actor, measurementId: Hex) {
  const enclave = await rogueEnclave(stage, cheat, measurementId);
  await noted(stage, undefined, stage.as(cheat).escrow.setStakeShare({ lineId: owned.lineId, share: 1 }));
  const { escrow } = stage.as(stage.actors.quant);
  const amount = 100n * PRICE;
  await noted(stage, undefined, escrow.approve({ amount }));
  const opening = { node: cheat.address, lineId: owned.lineId, amount, optimistic: true };
  const { channel } = await noted(stage, undefined, escrow.open(opening));
  return { enclave, channel };
}

/** Answers from the base. Receipts name the fine-tuned version; their commitments are of what was asked and answered, so no payer sees it. */
async function serve(
  stage: Stage,
  owned: OwnedModel,
  { operator, receiptKey }: RogueEnclave,
  channel: bigint,
  { shape, base, versionHash }: CheatModel,
  headlines: readonly Headline[],
): Promise<Work[]> {
  const engine = new IntegerEngine(base.architecture, base.weights);
  const workedAt = await chainTime(stage);
  return Promise.all(
    headlines.map(async ({ text }, i) => {
      const counts = engine.features(text);
      const { logits, class: label } = engine.classify(counts);
      const [inputSalt, outputSalt] = [randomSalt(), randomSalt()];
      const seq = BigInt(i + 1);
      const receipt: Receipt = {
        node: operator.address as Hex,
        channel,
        seq,
        cumulative: seq * PRICE,
        price: PRICE,
        lineId: owned.lineId,
        versionHash,
        requestHash: id(`${operator.name} ${text} request`) as Hex,
        responseHash: id(`${operator.name} ${text} response`) as Hex,
        inputCommitment: word(inputCommitment(shape, counts, inputSalt)),
        outputCommitment: word(outputCommitment(shape, logits.map(BigInt), outputSalt)),
        workedAt,
      };
      const signature = await signReceipt(receiptKey, domainOf(stage), receipt);
      return { receipt, signature, counts, inputSalt, outputSalt, label };
    }),
  );
}

async function settle(
  stage: Stage,
  owned: OwnedModel,
  { operator, receiptKey }: RogueEnclave,
  channel: bigint,
  { versionHash }: CheatModel,
  works: readonly Work[],
) {
  const { escrow } = stage.as(operator);
  const rows = packOptimisticRows([{ channel, amount: BigInt(works.length) * PRICE }]);
  const book = { node: operator.address as Hex, lineId: owned.lineId };
  const { nextNonce: nonce } = await escrow.earningsOf(book);
  const batch = { ...book, versionHash, lane: Lane.Optimistic, nonce, lastAt: await chainTime(stage) };
  const settlement = await escrow.signSettlement({ batch, rows, enclave: receiptKey });
  await noted(stage, undefined, escrow.settle(settlement));
  return { batch: { ...batch, rowsHash: hashRows(rows) }, signature: settlement.signature };
}

interface Use {
  readonly requester: string;
  readonly deadline: bigint;
  readonly draw?: { readonly batch: Batch; readonly path: Hex[] };
}

/**
 * What a cheat can do when it is asked: the only proof that exists is of the base's weights. The SDK does not even make it, so it is made past
 * the SDK, and shown. Returns what refused it.
 */
async function tryToProve(
  stage: Stage,
  cheat: Actor,
  { shape, base, salt }: CheatModel,
  keys: StoryKeys,
  { receipt, counts, inputSalt, outputSalt }: Work,
  { requester, deadline, draw }: Use,
): Promise<string> {
  const { arbiter, proofs } = stage.as(cheat);
  const { key } = await keys.inference;
  const secrets = { weights: base.weights, salt, counts, inputSalt, outputSalt };
  const refused = await proofs
    .prove({ kind: CircuitKind.Inference, shape, key, receipt, version: 1n, requester, deadline, ...secrets })
    .then(() => undefined)
    .catch((error) => (error as { code?: string }).code);
  if (refused !== "COMMITMENT_MISMATCH") throw new Error(`the SDK proved a receipt of other weights: ${refused}`);
  const context = await arbiter.inferenceContextOf({ receipt, requester, deadline });
  const { witness, publics } = witnessOf(inferenceCircuit(shape, 1), { ...secrets, context });
  const proof = toHex(encodeProof(await prove(decodeKey(key), witness)));
  const shown = { receipt, result: publics[3] ?? 0n, proof };
  const attempt =
    draw === undefined
      ? arbiter.proveReceipt.simulate(shown)
      : arbiter.proveDraw.simulate({ ...shown, ...draw, draw: 0 });
  const error = await attempt.then(() => undefined).catch((cause) => cause as { errorName?: string });
  return error?.errorName ?? "NOTHING";
}

function domainOf(stage: Stage) {
  return escrowDomain(BigInt(stage.deployment.chainId), addressOf(stage, "InferenceEscrow"));
}

/** Six decimals, as the story's token has. */
function tokens(amount: bigint): string {
  return `${Number(amount) / 1e6} tokens`;
}

const word = (value: bigint) => toBeHex(value, 32) as Hex;
