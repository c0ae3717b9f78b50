import {
  DeltaFormat,
  datasetIdOf,
  type Hex,
  hashDeltaAnchor,
  ledgerDomain,
  lineIdOf,
  NO_COMMITMENTS,
  signAppend,
} from "@freehold/sdk";
import { type Contract, type ContractTransactionResponse, id } from "ethers";
import type { NetworkConnection } from "hardhat/types/network";

const MIN_AGE = 60;
const MAX_AGE = 86_400;

/** A LoRA delta of 8 MiB that cites no dataset. */
function deltaOf(name: string) {
  return {
    weightsRoot: id(name) as Hex,
    byteLength: 8_425_984n,
    format: DeltaFormat.Lora,
    commitments: NO_COMMITMENTS,
  };
}

/**
 * Gas of whole transactions (the base fee of 21,000 and calldata included) of the ownership contracts, by the ids of
 * the goals. Roots and salts are as random as real ones, so calldata costs what it would.
 * @param connection a fresh simulated network
 * @param onTransaction is told the hash of each measured transaction
 */
export async function measureOwnership(
  connection: NetworkConnection,
  onTransaction: (name: string, hash: string) => Promise<void> = async () => {},
): Promise<Record<string, number>> {
  const { ethers } = connection;
  const [owner, relayer] = await ethers.getSigners();
  if (owner === undefined || relayer === undefined) throw new Error("the network has fewer than two accounts");
  const models = await ethers.deployContract("ModelRegistry", [MIN_AGE, MAX_AGE]);
  const datasets = await ethers.deployContract("DatasetRegistry", [models]);
  const ledger = await ethers.deployContract("DeltaLedger", [models, datasets]);
  const send = (contract: Contract, name: string, ...args: unknown[]) => contract.getFunction(name).send(...args);
  const gas: Record<string, number> = {};
  const measure = async (name: string, sent: Promise<ContractTransactionResponse>) => {
    const receipt = await (await sent).wait();
    if (receipt === null) throw new Error(`${name} was not mined`);
    gas[name] = Number(receipt.gasUsed);
    await onTransaction(name, receipt.hash);
  };

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
  await measure("own.deploy", send(models, "deploy", anchor, terms, "", salt));

  const lineId = lineIdOf(modelId, owner.address);
  const head = async () => (await ledger.getFunction("lineOf")(lineId)).headHash as Hex;
  const base = await models.getFunction("baseVersionHash")(modelId);
  await measure("own.openAndFirstAppend", send(ledger, "append", modelId, base, deltaOf("delta 1"), []));
  await measure("own.append", send(ledger, "append", modelId, await head(), deltaOf("delta 2"), []));

  const delta = deltaOf("delta 3");
  const parent = await head();
  const deadline = 4_000_000_000n;
  const { chainId } = await ethers.provider.getNetwork();
  const signature = await signAppend(owner, ledgerDomain(chainId, await ledger.getAddress()), {
    modelId,
    account: owner.address,
    parent,
    delta: hashDeltaAnchor(delta),
    deadline,
  });
  const relayed = ledger.connect(relayer) as Contract;
  await measure(
    "own.append.signed",
    send(relayed, "appendFor", owner, modelId, parent, delta, [], deadline, signature),
  );

  await send(ledger, "activate", modelId, 1);
  await measure("own.activate", send(ledger, "activate", modelId, 2));

  const root = id("dataset") as Hex;
  await send(datasets, "commitDataset", root, 2_000);
  const datasetId = datasetIdOf(owner.address, root);
  await measure("isolation.consent", send(datasets, "consent", datasetId, lineId, 2_000_000_000n));
  return gas;
}
