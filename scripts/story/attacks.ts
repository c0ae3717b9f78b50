import {
  createFreehold,
  DeltaFormat,
  escrowDomain,
  type Hex,
  hashRows,
  Lane,
  NO_COMMITMENTS,
  packVoucherRows,
  signAppend,
  signBatch,
} from "@freehold/sdk";
import { hashDeltaAnchor, ledgerDomain } from "@freehold/sdk/eip712";
import { id } from "ethers";
import type { ChainKind } from "./chain.ts";
import type { OwnedModel } from "./ownership.ts";
import type { Attack } from "./result.ts";
import { type RogueEnclave, rogueEnclave } from "./rogue.ts";
import type { Node } from "./serving.ts";
import { addressOf, chainTime, deployTo, noted, type Stage } from "./setup.ts";

const DAY = 24 * 3600;

/** Tries five attacks for real. Each says what refused it; one that goes through is reported as such. */
export async function tryAttacks(stage: Stage, owned: OwnedModel, node: Node, kind: ChainKind): Promise<Attack[]> {
  const rogue = await rogueEnclave(stage, stage.actors.rogue, node.measurementId);
  return [
    await attack("a stranger appends a delta to the analyst's line", () => strangerAppends(stage, owned)),
    await attack("a node settles work on a stale version", () => staleVersionSettles(stage, owned, rogue)),
    await attack("a node bills more than the payer signed", () => nodeOverBills(stage, owned, node, rogue)),
    await attack("a thief with the owner's key changes a locked line", () => lockedLineChanges(stage, owned)),
    await attack("a development TEE enters a production deployment", () => developmentTeeInProduction(stage, kind)),
  ];
}

/** Runs one attack: it must be refused by an error of the contract, or return what refused it. */
async function attack(name: string, run: () => Promise<string | undefined>): Promise<Attack> {
  try {
    const by = await run();
    return { name, refused: by !== undefined, by: by ?? "nothing" };
  } catch (error) {
    const { errorName } = error as { errorName?: string };
    if (errorName === undefined) throw error;
    return { name, refused: true, by: errorName };
  }
}

async function strangerAppends(stage: Stage, owned: OwnedModel): Promise<undefined> {
  const { stranger, quant } = stage.actors;
  const freehold = stage.as(stranger);
  const { headHash: parent } = await freehold.deltas.lineOf({ lineId: owned.lineId });
  const delta = {
    weightsRoot: id("a poisoned delta") as Hex,
    byteLength: 1024n,
    format: DeltaFormat.Sparse,
    commitments: NO_COMMITMENTS,
  };
  const deadline = (await chainTime(stage)) + 3600n;
  const domain = ledgerDomain(freehold.chainId, addressOf(stage, "DeltaLedger"));
  const signature = await signAppend(stranger.signer, domain, {
    modelId: owned.modelId,
    account: quant.address,
    parent,
    delta: hashDeltaAnchor(delta),
    deadline,
  });
  const append = { account: quant.address, modelId: owned.modelId, parent, delta, deadline, signature };
  await (await freehold.deltas.appendFor(append)).wait();
  return undefined;
}

async function staleVersionSettles(stage: Stage, owned: OwnedModel, rogue: RogueEnclave): Promise<undefined> {
  const freehold = stage.as(rogue.operator);
  const amount = 1000n;
  const settlement = async (versionHash: Hex) => {
    const voucher = { node: rogue.operator.address, channel, lineId: owned.lineId, cumulative: amount };
    const { signature } = await freehold.escrow.signVoucher(voucher);
    return billed(stage, rogue, { ...voucher, versionHash, metered: amount, voucherSignature: signature });
  };
  await noted(stage, undefined, freehold.escrow.approve({ amount }));
  const { channel } = await noted(
    stage,
    undefined,
    freehold.escrow.open({ node: rogue.operator.address, lineId: owned.lineId, amount }),
  );

  // Control: with the active version the very same settlement would pay, so nothing but the version refuses it.
  const { activeHash } = await freehold.deltas.lineOf({ lineId: owned.lineId });
  const control = await freehold.escrow.settle.simulate(await settlement(activeHash));
  if (control.total !== amount) throw new Error(`the control settlement would pay ${control.total}, not ${amount}`);

  await (await freehold.escrow.settle(await settlement(owned.baseVersionHash))).wait();
  return undefined;
}

async function nodeOverBills(
  stage: Stage,
  owned: OwnedModel,
  node: Node,
  rogue: RogueEnclave,
): Promise<string | undefined> {
  const payer = stage.as(stage.actors.quant);
  const deposit = node.price * 1000n;
  await noted(stage, undefined, payer.escrow.approve({ amount: deposit }));
  const opened = await noted(
    stage,
    undefined,
    payer.escrow.open({ node: rogue.operator.address, lineId: owned.lineId, amount: deposit }),
  );
  const voucher = {
    node: rogue.operator.address,
    channel: opened.channel,
    lineId: owned.lineId,
    cumulative: node.price,
  };
  const { signature } = await payer.escrow.signVoucher(voucher);
  const { activeHash } = await payer.deltas.lineOf({ lineId: owned.lineId });
  const bill = { ...voucher, versionHash: activeHash, metered: deposit, voucherSignature: signature };

  const { settle } = stage.as(rogue.operator).escrow;
  // First an amount that the payer never signed, then the meter alone inflated.
  const forged = await noted(stage, undefined, settle(await billed(stage, rogue, { ...bill, cumulative: deposit })));
  const inflated = await noted(stage, undefined, settle(await billed(stage, rogue, bill)));
  if (forged.total !== 0n || inflated.total !== node.price) return undefined;
  return `asked ${deposit} units, paid the ${node.price} that were signed`;
}

async function billed(
  stage: Stage,
  rogue: RogueEnclave,
  bill: {
    channel: bigint;
    lineId: Hex;
    versionHash: Hex;
    metered: bigint;
    cumulative: bigint;
    voucherSignature: Hex;
  },
) {
  const { channel, metered, cumulative, lineId, versionHash } = bill;
  const node = rogue.operator.address;
  const freehold = stage.as(rogue.operator);
  const { nextNonce } = await freehold.escrow.earningsOf({ node, lineId });
  const batch = {
    node,
    lineId,
    versionHash,
    lane: Lane.Voucher,
    nonce: nextNonce,
    lastAt: await chainTime(stage),
  };
  const domain = escrowDomain(freehold.chainId, addressOf(stage, "InferenceEscrow"));
  const rows = packVoucherRows([{ channel, metered, signed: cumulative, signature: bill.voucherSignature }]);
  const signature = await signBatch(rogue.receiptKey, domain, { ...batch, rowsHash: hashRows(rows) });
  return { batch, rows, signature };
}

async function lockedLineChanges(stage: Stage, owned: OwnedModel): Promise<undefined> {
  const freehold = stage.as(stage.actors.quant);
  const { modelId } = owned;
  await noted(
    stage,
    "lock line",
    freehold.deltas.lockLine({ modelId, delay: 30 * DAY, guardian: stage.actors.governance.address }),
  );
  await (await freehold.deltas.activate({ modelId, version: 0 })).wait();
  return undefined;
}

async function developmentTeeInProduction(stage: Stage, kind: ChainKind): Promise<undefined> {
  const { module: _, ...parameters } = stage.deployment.parameters;
  const { developmentTestRoot: __, ...rest } = parameters;
  const token = addressOf(stage, "Token");
  const production = await deployTo(stage.chain, kind, "Freehold", { ...rest, token });
  const { governance } = stage.actors;
  const freehold = createFreehold({
    signer: governance.signer,
    chainId: BigInt(production.chainId),
    deployment: production,
  });
  const verifier = addressOf(stage, "DevelopmentTeeVerifier");

  // Governance itself tries, the way it would accept a real verifier: schedule, wait for its delay, execute.
  const { to, data } = await freehold.nodes.setVerifier.prepare({
    verifier,
    window: { from: 1n, until: 2n ** 40n - 1n },
  });
  const manager = freehold.contract("AccessManager");
  await (await manager.schedule(to, data, 0)).wait();
  await stage.chain.advance(Number(parameters.verifiersDelay) + 1);
  await (await freehold.nodes.setVerifier({ verifier, window: { from: 1n, until: 2n ** 40n - 1n } })).wait();
  return undefined;
}
