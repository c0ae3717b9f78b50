import {
  constraintsOf,
  developmentSetup,
  encodeVerifyingKey,
  inferenceCircuit,
  verifyingKey,
} from "@freehold/circuits";
import {
  CircuitKind,
  createFreehold,
  type Freehold,
  type InferenceResponse,
  type ProofState,
  receiptIdOf,
  toHex,
} from "@freehold/sdk";
import { accessManagerAbi } from "@freehold/sdk/abis";
import { Contract, HDNodeWallet, keccak256, type Wallet } from "ethers";
import { MNEMONIC, type TestChain } from "./chain.ts";
import { SHAPE, type TestLine } from "./model.ts";

/** The circuit of the harness's models. */
export const CIRCUIT = {
  kind: CircuitKind.Inference,
  tier: 1,
  version: 1,
  features: SHAPE.inputs,
  hidden: SHAPE.hidden,
  classes: SHAPE.classes,
};

/** The SDK as an account uses it. */
export function clientOf(chain: TestChain, signer: HDNodeWallet | Wallet): Freehold {
  return createFreehold({ signer, chainId: 31337n, deployment: chain.deployment });
}

/** Has governance pin the verifier of a development key for the circuit. Returns the key of proofs, encoded. */
export async function pinCircuit(chain: TestChain): Promise<void> {
  const key = verifyingKey(await developmentSetup(constraintsOf(inferenceCircuit(SHAPE, 1))));
  const encoded = toHex(encodeVerifyingKey(key));
  const client = clientOf(chain, await chain.account());
  const factory = client.contract("Groth16Factory");
  await (await factory.deploy(encoded)).wait();
  const verifier = await factory.verifierOf(encoded);
  const keyHash = keccak256(encoded) as `0x${string}`;
  const { to, data } = await client.proofs.pin.prepare({ circuit: CIRCUIT, verifier, keyHash });

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
export async function askForProofs(chain: TestChain, line: TestLine, auditShare: number, wait = true): Promise<void> {
  const { proofs } = clientOf(chain, line.owner);
  await (await proofs.setProofPolicy({ lineId: line.lineId, circuit: CIRCUIT, auditShare })).wait();
  if (wait) await chain.pass(Number((await proofs.parameters()).notice));
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
