import {
  deltaCircuit,
  deltaCommitment,
  infer,
  inputCommitment,
  outputCommitment,
  type Prover,
  requireLayout,
} from "@freehold/circuits";
import {
  type Batch,
  CircuitKind,
  DeltaFormat,
  escrowDomain,
  type Hex,
  hashBatchStruct,
  hashReceiptStruct,
  hashRows,
  Lane,
  lineIdOf,
  packOptimisticRows,
  type Receipt,
  receiptTree,
  signReceipt,
  signReceiptSet,
  TcbStatus,
  ZERO_ADDRESS,
} from "@freehold/sdk";
import { id, Wallet } from "ethers";
import type { NetworkConnection } from "hardhat/types/network";
import { randomCounts, randomElements, randomModel } from "../../circuits/models.ts";
import { createWorld, MEASUREMENT, registerNode } from "../../sdk/utils/world.ts";
import { circuitRef, type Host, hex32, type Kit, rootedCircuit, rootedKit, type Salted, SHAPE } from "./kits.ts";

export const PRICE = 100n;
const DAY = 86_400;

/** What the node knows of one inference and the chain does not. */
export interface Work {
  readonly receipt: Receipt;
  readonly signature: Hex;
  readonly counts: readonly number[];
  readonly inputSalt: bigint;
  readonly outputSalt: bigint;
}

/**
 * A deployment with real verifiers of development keys, a line of two committed versions (the second active) whose policy asks for
 * proofs, a staked node, and a payer with an optimistic channel.
 */
export async function createStage(connection: NetworkConnection, auditShare: number) {
  const stage = await stageOf(connection, auditShare, rootedKit);
  /** Proving keys. */
  const keys = { ...stage.kit.keys, delta: stage.proveDelta.key };
  return { ...stage, keys };
}

/** The same with the keys and proofs of a kit: of tier 2 on a deployment that takes it. */
export async function stageOf<K extends Kit>(
  connection: NetworkConnection,
  auditShare: number,
  makeKit: (host: Host) => Promise<K>,
  experimentalTier2 = false,
) {
  const world = await createWorld(connection, { experimentalTier2 });
  const { owner, operator, payer, networkHelpers } = world;
  const layout = requireLayout(SHAPE);
  const salts = randomElements(5);
  const provers: Prover[] = [];

  /** Has governance wait for its delay, then do what was prepared. */
  async function govern({ to, data }: { to: string; data: string }) {
    const { governance, provingKeysDelay } = world.deployment.parameters as Record<string, string>;
    const signers = await world.ethers.getSigners();
    const signer = signers.find(({ address }) => address === governance);
    const manager = await world.ethers.getContractAt("AccessManager", world.address("AccessManager"), signer);
    await manager.getFunction("schedule").send(to, data, 0);
    await networkHelpers.time.increase(Number(provingKeysDelay));
    await manager.getFunction("execute").send(to, data);
  }

  const host = { world, govern, provers };
  const kit = await makeKit(host);
  const proveDelta = await rootedCircuit(host, CircuitKind.Delta, deltaCircuit(SHAPE));

  const versions: Salted[] = [1, 2].map((seed) => ({
    weights: randomModel(SHAPE, seed),
    salt: salts(),
    anchorBlinder: salts(),
    sumBlinder: salts(),
  }));
  const [base, tuned] = versions as [Salted, Salted];

  const anchor = {
    weightsRoot: id("weights of the stage") as Hex,
    byteLength: 1_000n,
    architectureHash: id("architecture") as Hex,
    commitments: await kit.commitments(base),
  };
  const { salt, wait } = await owner.models.commit({ anchor });
  await wait();
  await networkHelpers.time.increase(60);
  const { modelId } = await (await owner.models.deploy({ anchor, salt })).wait();
  const lineId = lineIdOf(modelId, await world.signers.owner.getAddress());
  await (await owner.deltas.openLine({ modelId })).wait();
  const delta = {
    weightsRoot: id("delta of the stage") as Hex,
    byteLength: 100n,
    format: DeltaFormat.Dense,
    commitments: await kit.commitments(tuned),
  };
  await (await owner.deltas.append({ modelId, delta })).wait();
  await (await owner.deltas.activate({ modelId, version: 1n })).wait();
  const [baseHash, versionHash] = await Promise.all(
    [0n, 1n].map(async (version) => (await owner.deltas.versionOf({ lineId, version })).hash as Hex),
  );

  await (
    await owner.nodes.setPolicy({
      lineId,
      policy: { followDefaults: false, maxTcbStatus: TcbStatus.UpToDate },
      verifiers: [world.address("DevelopmentTeeVerifier")],
      measurements: [MEASUREMENT],
    })
  ).wait();
  const circuit = circuitRef(CircuitKind.Inference, kit.tier);
  await (await owner.proofs.setProofPolicy({ lineId, circuit, auditShare })).wait();
  await networkHelpers.time.increase(DAY);
  const enclave = new Wallet(id("enclave of the proofs"));
  const node = await registerNode(world, { receiptKey: enclave.address, hpkePublicKey: id("hpke") as Hex });
  await (await operator.escrow.setStakeShare({ lineId, share: 1 })).wait();
  const account = (await world.signers.payer.getAddress()) as Hex;
  await world.token.mint(account, 1_000_000_000n);
  await (await payer.escrow.approve({ amount: 1_000_000n })).wait();
  const { channel } = await (await payer.escrow.open({ node, lineId, amount: 1_000_000n, optimistic: true })).wait();

  const escrow = world.address("InferenceEscrow");
  const arbiter = world.address("InferenceArbiter");
  const domain = escrowDomain(world.chainId, escrow);
  let seq = 0n;

  /** One inference of the payer; `by` answers instead of the version that the receipt names. */
  async function work(by: Salted = tuned): Promise<Work> {
    seq++;
    const counts = randomCounts(SHAPE, Number(seq));
    const [inputSalt, outputSalt] = [salts(), salts()];
    const { logits } = infer(layout, by.weights, counts);
    const receipt: Receipt = {
      node,
      channel,
      seq,
      cumulative: seq * PRICE,
      price: PRICE,
      lineId,
      versionHash: versionHash as Hex,
      requestHash: id(`request ${seq}`) as Hex,
      responseHash: id(`response ${seq}`) as Hex,
      inputCommitment: hex32(inputCommitment(SHAPE, counts, inputSalt)),
      outputCommitment: hex32(outputCommitment(SHAPE, logits, outputSalt)),
      workedAt: BigInt(await networkHelpers.time.latest()),
    };
    return { receipt, signature: await signReceipt(enclave, domain, receipt), counts, inputSalt, outputSalt };
  }

  /** A proof of work for one use of it, `by` being the weights that made it. */
  const prove = ({ counts, inputSalt, outputSalt }: Work, context: bigint, by: Salted = tuned) =>
    kit.proveInference(by, { counts, inputSalt, outputSalt, context });

  /** Gives an account a bond, which the arbiter may take, and has it challenge. */
  async function challenge({ receipt, signature }: Pick<Work, "receipt" | "signature">, client = world.stranger) {
    const signer = client === payer ? world.signers.payer : world.signers.stranger;
    await world.token.mint(await signer.getAddress(), (await client.arbiter.parameters()).bond);
    await (await client.arbiter.approveBond()).wait();
    return (await client.arbiter.challengeReceipt({ receipt, signature, version: 1 })).wait();
  }

  /** Settles some work in one batch. */
  async function settle(works: readonly Work[]) {
    const rows = packOptimisticRows([{ channel, amount: BigInt(works.length) * PRICE }]);
    const { nextNonce: nonce } = await operator.escrow.earningsOf({ node, lineId });
    const lastAt = BigInt(await networkHelpers.time.latest());
    const unsigned = { node, lineId, versionHash: versionHash as Hex, lane: Lane.Optimistic, nonce, lastAt };
    const settlement = await operator.escrow.signSettlement({ batch: unsigned, rows, enclave });
    await (await operator.escrow.settle(settlement)).wait();
    const batch: Batch = { ...unsigned, rowsHash: hashRows(rows) };
    return { batch, signature: settlement.signature };
  }

  /** What opens the audit of a batch with these receipts. */
  async function opening(settled: { batch: Batch; signature: Hex }, works: readonly Work[]) {
    const tree = receiptTree(works.map(({ receipt }) => hashReceiptStruct(receipt)));
    const receipts = { root: tree.root, count: tree.count, total: BigInt(works.length) * PRICE };
    const batchHash = hashBatchStruct(settled.batch);
    const setSignature = await signReceiptSet(enclave, domain, { batchHash, ...receipts });
    return { tree, parameters: { ...settled, version: 1, receipts, setSignature } };
  }

  return {
    world,
    account,
    arbiter,
    base,
    tuned,
    baseHash: baseHash as Hex,
    versionHash: versionHash as Hex,
    challenge,
    channel,
    deltaRoot: (deltaSalt: bigint) => hex32(deltaCommitment(SHAPE, base.weights, tuned.weights, deltaSalt)),
    enclave,
    escrow,
    govern,
    lineId,
    modelId,
    node,
    opening,
    prove,
    proveDelta,
    kit,
    proveRegistration: kit.proveRegistration,
    settle,
    work,
    /** What binds a proof of work; the zero address is an audit's requester. */
    contextOf: ({ receipt }: Pick<Work, "receipt">, deadline: bigint, requester: string = ZERO_ADDRESS) => ({
      chainId: world.chainId,
      arbiter,
      modelId,
      lineId,
      versionHash: receipt.versionHash,
      escrow,
      receiptHash: hashReceiptStruct(receipt),
      requester,
      deadline,
    }),
    close: () => {
      for (const prover of provers) prover.close();
    },
  };
}

export type Stage = Awaited<ReturnType<typeof createStage>>;

/** Opens the audit of a batch of this work, and draws. */
export async function openedAudit(stage: Stage, works: readonly Work[]) {
  const { operator, networkHelpers } = stage.world;
  const settled = await stage.settle(works);
  const { tree, parameters } = await stage.opening(settled, works);
  const opened = await (await operator.arbiter.openAudit(parameters)).wait();
  await networkHelpers.mine(3);
  await (await operator.arbiter.drawAudit(settled.batch)).wait();
  return { batch: settled.batch, tree, opened };
}
