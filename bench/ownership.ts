import { AbiCoder, type Contract, type ContractTransactionResponse, id, keccak256, TypedDataEncoder } from "ethers";
import type { NetworkConnection } from "hardhat/types/network";

const MIN_AGE = 60;
const MAX_AGE = 86_400;
const NO_COMMITMENTS = { poseidonRoot: `0x${"00".repeat(32)}`, pedersenX: 0n, pedersenY: 0n };

const DELTA_ANCHOR = {
  DeltaAnchor: [
    { name: "weightsRoot", type: "bytes32" },
    { name: "byteLength", type: "uint64" },
    { name: "format", type: "uint8" },
    { name: "datasetsHash", type: "bytes32" },
    { name: "poseidonRoot", type: "bytes32" },
    { name: "pedersenX", type: "uint256" },
    { name: "pedersenY", type: "uint256" },
  ],
};
const APPEND = {
  Append: [
    { name: "modelId", type: "uint256" },
    { name: "account", type: "address" },
    { name: "parent", type: "bytes32" },
    { name: "delta", type: "bytes32" },
    { name: "deadline", type: "uint256" },
  ],
};

/** A LoRA delta of 8 MiB that cites no dataset. */
function deltaOf(name: string) {
  return { weightsRoot: id(name), byteLength: 8_425_984n, format: 2, commitments: NO_COMMITMENTS };
}

async function gasOf(sent: Promise<ContractTransactionResponse>): Promise<number> {
  const receipt = await (await sent).wait();
  if (receipt === null) throw new Error("the transaction was not mined");
  return Number(receipt.gasUsed);
}

/**
 * Gas of whole transactions (the base fee of 21,000 and calldata included) of the ownership contracts, by the ids of
 * the goals. Roots and salts are as random as real ones, so calldata costs what it would.
 * @param connection a fresh simulated network
 */
export async function measureOwnership(connection: NetworkConnection): Promise<Record<string, number>> {
  const { ethers } = connection;
  const [owner, relayer] = await ethers.getSigners();
  if (owner === undefined || relayer === undefined) throw new Error("the network has fewer than two accounts");
  const models = await ethers.deployContract("ModelRegistry", [MIN_AGE, MAX_AGE]);
  const datasets = await ethers.deployContract("DatasetRegistry", [models]);
  const ledger = await ethers.deployContract("DeltaLedger", [models, datasets]);
  const send = (contract: Contract, name: string, ...args: unknown[]) => contract.getFunction(name).send(...args);
  const gas: Record<string, number> = {};

  const anchor = {
    weightsRoot: id("base weights"),
    byteLength: 14_483_464_192n,
    architectureHash: id("architecture"),
    commitments: NO_COMMITMENTS,
  };
  const modelId = BigInt(anchor.weightsRoot);
  const salt = id("salt");
  await send(models, "commit", await models.getFunction("commitmentOf")(owner, anchor, salt));
  await connection.provider.request({ method: "evm_increaseTime", params: [MIN_AGE] });
  const terms = { visibility: 0, royaltyReceiver: owner, royaltyBps: 250 };
  gas["own.deploy"] = await gasOf(send(models, "deploy", anchor, terms, "", salt));

  const lineId = keccak256(AbiCoder.defaultAbiCoder().encode(["uint256", "address"], [modelId, owner.address]));
  const head = async () => (await ledger.getFunction("lineOf")(lineId)).headHash as string;
  const base = await models.getFunction("baseVersionHash")(modelId);
  gas["own.openAndFirstAppend"] = await gasOf(send(ledger, "append", modelId, base, deltaOf("delta 1"), []));
  gas["own.append"] = await gasOf(send(ledger, "append", modelId, await head(), deltaOf("delta 2"), []));

  const delta = deltaOf("delta 3");
  const parent = await head();
  const deadline = 4_000_000_000n;
  const anchorHash = TypedDataEncoder.hashStruct("DeltaAnchor", DELTA_ANCHOR, {
    ...delta,
    ...delta.commitments,
    datasetsHash: keccak256("0x"),
  });
  const { chainId } = await ethers.provider.getNetwork();
  const signature = await owner.signTypedData(
    { name: "Freehold DeltaLedger", version: "1", chainId, verifyingContract: await ledger.getAddress() },
    APPEND,
    { modelId, account: owner.address, parent, delta: anchorHash, deadline },
  );
  const relayed = ledger.connect(relayer) as Contract;
  gas["own.append.signed"] = await gasOf(
    send(relayed, "appendFor", owner, modelId, parent, delta, [], deadline, signature),
  );

  await send(ledger, "activate", modelId, 1);
  gas["own.activate"] = await gasOf(send(ledger, "activate", modelId, 2));

  const root = id("dataset");
  await send(datasets, "commitDataset", root, 2_000);
  const datasetId = await datasets.getFunction("datasetIdOf")(owner, root);
  gas["isolation.consent"] = await gasOf(send(datasets, "consent", datasetId, lineId, 2_000_000_000n));
  return gas;
}
