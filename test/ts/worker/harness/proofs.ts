import {
  constraintsOf,
  developmentLinkKey,
  developmentSetup,
  encodeCommitKey,
  encodeVerifyingKey,
  inferenceCircuit,
  type LinkKey,
  type ProvingKey,
  type R1cs,
  registerCircuit,
  type Tier,
  verifyingKey,
} from "@freehold/circuits";
import {
  type Batch,
  CircuitKind,
  type CircuitRef,
  circuitOf,
  createFreehold,
  type Freehold,
  type Hex,
  hashRows,
  type InferenceResponse,
  type ProofState,
  receiptIdOf,
  toHex,
} from "@freehold/sdk";
import { accessManagerAbi, inferenceEscrowAbi } from "@freehold/sdk/abis";
import { Contract, HDNodeWallet, Interface, keccak256, type Wallet } from "ethers";
import { MNEMONIC, type TestChain } from "./chain.ts";
import { SHAPE, type TestLine } from "./model.ts";
import type { ServedNode } from "./served.ts";

const ESCROW = new Interface(inferenceEscrowAbi);

/** The circuit of inferences of the harness's models. */
const circuitIn = (tier: Tier) => circuitOf(CircuitKind.Inference, SHAPE, tier);

/** The SDK as an account uses it. */
export function clientOf(chain: TestChain, signer: HDNodeWallet | Wallet): Freehold {
  return createFreehold({ signer, chainId: 31337n, deployment: chain.deployment });
}

/** Has governance pin the verifier of a development key for the circuit of inferences. */
export async function pinCircuit(chain: TestChain): Promise<void> {
  const key = verifyingKey(await developmentSetup(constraintsOf(inferenceCircuit(SHAPE, 1))));
  await pinKey(chain, circuitIn(1), "Groth16Factory", encodeVerifyingKey(key));
}

/** A prover's keys of a circuit of tier 2. */
export interface CommittedKeys {
  readonly key: ProvingKey;
  readonly linkKey: LinkKey;
}

/** The same in tier 2, and for the circuit of registrations, whose keys are returned. */
export async function pinCommittedCircuits(chain: TestChain): Promise<CommittedKeys> {
  const pin = async (circuit: CircuitRef, constraints: R1cs) => {
    const key = await developmentSetup(constraints);
    const linkKey = await developmentLinkKey(key);
    await pinKey(chain, circuit, "CommitGroth16Factory", encodeCommitKey(verifyingKey(key), linkKey));
    return { key, linkKey };
  };
  await pin(circuitIn(2), constraintsOf(inferenceCircuit(SHAPE, 2)));
  return pin(circuitOf(CircuitKind.Register, SHAPE, 2), constraintsOf(registerCircuit(SHAPE, 2)));
}

/** Has anybody prove a version's registration in tier 2. */
export async function registerVersion(
  chain: TestChain,
  line: TestLine,
  version: number,
  keys: CommittedKeys,
): Promise<void> {
  const { proofs } = clientOf(chain, await chain.account());
  const of = { shape: SHAPE, lineId: line.lineId, version, ...line.opened(version), threads: 0 };
  const made = await proofs.prove({ kind: CircuitKind.Register, ...of, ...keys });
  await (await proofs.proveRegistration(made)).wait();
}

async function pinKey(
  chain: TestChain,
  circuit: CircuitRef,
  factoryName: "Groth16Factory" | "CommitGroth16Factory",
  key: Uint8Array,
): Promise<void> {
  const encoded = toHex(key);
  const client = clientOf(chain, await chain.account());
  const factory = client.contract(factoryName);
  await (await factory.deploy(encoded)).wait();
  const verifier = await factory.verifierOf(encoded);
  const keyHash = keccak256(encoded) as `0x${string}`;
  const { to, data } = await client.proofs.pin.prepare({ circuit, verifier, keyHash });

  const { governance, provingKeysDelay } = chain.deployment.parameters as Record<string, string>;
  const wallets = Array.from({ length: 20 }, (_, i) =>
    HDNodeWallet.fromPhrase(MNEMONIC, undefined, `m/44'/60'/0'/0/${i}`),
  );
  const governor = wallets.find(({ address }) => address === governance)?.connect(chain.provider) ?? null;
  const manager = new Contract(chain.deployment.contracts.AccessManager?.address ?? "", accessManagerAbi, governor);
  await (await manager.getFunction("schedule").send(to, data, 0)).wait();
  await chain.pass(Number(provingKeysDelay));
  await (await manager.getFunction("execute").send(to, data)).wait();
}

/** Has a line's owner ask for proofs, and waits until the policy holds. */
export async function askForProofs(
  chain: TestChain,
  line: TestLine,
  auditShare: number,
  tier: Tier = 1,
): Promise<void> {
  const { proofs } = clientOf(chain, line.owner);
  await (await proofs.setProofPolicy({ lineId: line.lineId, circuit: circuitIn(tier), auditShare })).wait();
  await chain.pass(Number((await proofs.parameters()).notice));
}

/** Has somebody challenge a receipt. Returns its id. */
export async function challengeReceipt(
  chain: TestChain,
  { receipt, signature }: Pick<InferenceResponse, "receipt" | "signature">,
  version: number,
) {
  const wallet = await chain.account();
  const { arbiter, escrow } = clientOf(chain, wallet);
  const [{ bond }, { unit }] = await Promise.all([arbiter.parameters(), escrow.parameters()]);
  const token = chain.token.connect(wallet) as Contract;
  await (await token.getFunction("mint").send(wallet.address, bond * unit)).wait();
  await (await arbiter.approveBond()).wait();
  await (await arbiter.challengeReceipt({ receipt, signature, version })).wait();
  const receiptId = receiptIdOf(await chain.escrow.getAddress(), receipt);
  return {
    receiptId,
    state: async (): Promise<ProofState> => (await arbiter.proofChallengeOf({ receiptId })).state,
  };
}

/** Settles all that a node owes, so many units, and names the batch as whoever demands its audit must. */
export async function settledBatch(chain: TestChain, served: ServedNode, units: bigint) {
  served.worker.settleAll();
  await served.settled(units);
  const filter = chain.escrow.filters.BatchSettled?.(served.operator.address);
  const log = (await chain.escrow.queryFilter(filter ?? "")).at(-1);
  const sent = await chain.provider.getTransaction(log?.transactionHash ?? "");
  const [batch, rows, signature] = ESCROW.decodeFunctionData("settle", sent?.data ?? "0x");
  const { node, lineId, versionHash, lane, nonce, lastAt } = batch;
  const named = { node, lineId, versionHash, lane: Number(lane), nonce, lastAt, rowsHash: hashRows(rows) };
  return { batch: named as Batch, signature: signature as Hex };
}
