import { createFreehold, DeltaFormat, type Freehold, type Hex, NO_COMMITMENTS } from "@freehold/sdk";
import { AbiCoder, id, type Signer, Wallet } from "ethers";
import type { NetworkConnection } from "hardhat/types/network";
import { deploy, type Parameters, readParameters } from "../../../../scripts/lib/deployment.ts";

/** Key of the development TEE's test root in these tests. */
export const TEST_ROOT = new Wallet(id("freehold sdk tests: development root"));
export const MEASUREMENT = id("a measurement") as Hex;

/** A fresh deployment, with some other parameters than the local ones, and clients for whoever plays a part. */
export async function createWorld(connection: NetworkConnection, others: Parameters = {}) {
  const { ethers, networkHelpers } = connection;
  const { module, parameters } = await readParameters("local");
  const deployment = await deploy(connection, {
    network: "local",
    throwaway: true,
    module,
    parameters: { ...parameters, ...others, developmentTestRoot: TEST_ROOT.address },
  });
  const chainId = BigInt(deployment.chainId);
  const [deployerSigner, ownerSigner, operatorSigner, payerSigner, strangerSigner] = await ethers.getSigners();
  const clientOf = (signer: Signer) => createFreehold({ signer, chainId, deployment });
  if (!deployerSigner || !ownerSigner || !operatorSigner || !payerSigner || !strangerSigner)
    throw new Error("too few accounts");
  const token = clientOf(deployerSigner).contract("Token");
  return {
    ethers,
    networkHelpers,
    deployment,
    chainId,
    token,
    signers: { owner: ownerSigner, operator: operatorSigner, payer: payerSigner, stranger: strangerSigner },
    owner: clientOf(ownerSigner),
    operator: clientOf(operatorSigner),
    payer: clientOf(payerSigner),
    stranger: clientOf(strangerSigner),
    address: (name: string): Hex => (deployment.contracts[name]?.address ?? "") as Hex,
  };
}

export type World = Awaited<ReturnType<typeof createWorld>>;

/** An anchor of weights that are named by `seed`. */
export function anchorOf(seed: string) {
  return {
    weightsRoot: id(`weights ${seed}`) as Hex,
    byteLength: 1_000n,
    architectureHash: id("architecture") as Hex,
    commitments: NO_COMMITMENTS,
  };
}

/** A delta that is named by `seed`. */
export function deltaOf(seed: string) {
  return {
    weightsRoot: id(`delta ${seed}`) as Hex,
    byteLength: 100n,
    format: DeltaFormat.Dense,
    commitments: NO_COMMITMENTS,
  };
}

/** Commits to a model, waits, deploys it. */
export async function deployModel(world: World, client: Freehold, seed: string): Promise<bigint> {
  const anchor = anchorOf(seed);
  const { salt, wait } = await client.models.commit({ anchor });
  await wait();
  await world.networkHelpers.time.increase(60);
  const { modelId } = await (await client.models.deploy({ anchor, salt })).wait();
  return modelId;
}

/** Evidence of the development TEE for an enclave of `node`. */
export async function evidenceFor(
  world: World,
  enclave: { node: string; receiptKey: string; hpkePublicKey: Hex },
): Promise<{ challengeBlock: bigint; evidence: Hex }> {
  const challengeBlock = BigInt((await world.ethers.provider.getBlockNumber()) - 1);
  const binding = await world.operator.nodes.bindingOf({ ...enclave, challengeBlock });
  const now = BigInt(await world.networkHelpers.time.latest());
  const report = {
    measurementId: MEASUREMENT,
    binding,
    issuedAt: now,
    validUntil: now + 86_400n * 30n,
    debug: false,
    platformId: id("a machine"),
  };
  const types = {
    DevelopmentReport: [
      { name: "measurementId", type: "bytes32" },
      { name: "binding", type: "bytes32" },
      { name: "issuedAt", type: "uint64" },
      { name: "validUntil", type: "uint64" },
      { name: "debug", type: "bool" },
      { name: "platformId", type: "bytes32" },
    ],
  };
  const domain = {
    name: "Freehold Development TEE",
    version: "1",
    chainId: world.chainId,
    verifyingContract: world.address("DevelopmentTeeVerifier"),
  };
  const signature = await TEST_ROOT.signTypedData(domain, types, report);
  const fields = types.DevelopmentReport.map(({ type }) => type).join(",");
  const evidence = AbiCoder.defaultAbiCoder().encode([`tuple(${fields})`, "bytes"], [Object.values(report), signature]);
  return { challengeBlock, evidence: evidence as Hex };
}

/** Registers and stakes the operator, and registers an enclave of his. */
export async function registerNode(world: World, keys: { receiptKey: string; hpkePublicKey: Hex }): Promise<Hex> {
  const { operator, token, signers } = world;
  const node = (await signers.operator.getAddress()) as Hex;
  const { minStake } = await operator.nodes.parameters();
  await token.mint(node, minStake);
  await (await operator.nodes.register({ endpoint: "http://127.0.0.1" })).wait();
  await (await operator.nodes.approveStake({ amount: minStake })).wait();
  await (await operator.nodes.addStake({ amount: minStake })).wait();
  await registerEnclave(world, keys);
  return node;
}

/** Registers an enclave of the operator. */
export async function registerEnclave(world: World, keys: { receiptKey: string; hpkePublicKey: Hex }): Promise<void> {
  const node = await world.signers.operator.getAddress();
  const evidence = await evidenceFor(world, { node, ...keys });
  const verifier = world.address("DevelopmentTeeVerifier");
  await (await world.operator.nodes.registerEnclave({ verifier, ...keys, ...evidence })).wait();
}
