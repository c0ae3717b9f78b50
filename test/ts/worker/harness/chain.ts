import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Deployment } from "@freehold/sdk";
import {
  deltaLedgerAbi,
  inferenceArbiterAbi,
  inferenceEscrowAbi,
  modelRegistryAbi,
  nodeRegistryAbi,
  testTokenAbi,
} from "@freehold/sdk/abis";
import { Contract, HDNodeWallet, JsonRpcProvider, type Wallet } from "ethers";
import { network } from "hardhat";
import type { Parameters } from "../../../../scripts/lib/deployment.ts";
import { deployFreehold } from "../../utils/deployment.ts";

/** A local chain behind a JSON-RPC server, with a development deployment on it. */
export interface TestChain {
  readonly url: string;
  readonly provider: JsonRpcProvider;
  readonly deployment: Deployment;
  readonly deploymentFile: string;
  /** Scratch directory of this chain's tests. */
  readonly directory: string;
  readonly models: Contract;
  readonly ledger: Contract;
  readonly nodes: Contract;
  readonly escrow: Contract;
  readonly arbiter: Contract;
  readonly token: Contract;
  /** A funded account that no other call returned. */
  account(): Promise<HDNodeWallet>;
  /** Transactions of an account that wait for a block. */
  pooled(account: string): Promise<number>;
  /** Moves chain time on and mines a block. */
  pass(seconds: number): Promise<void>;
  close(): Promise<void>;
}

export const MNEMONIC = "test test test test test test test test test test test junk";
/** Accounts of the mnemonic that other parts of a deployment use. */
const RESERVED = 20;

let shared: Promise<TestChain> | undefined;

/** The chain of all worker tests: each takes accounts, lines and nodes of its own. */
export function sharedChain(): Promise<TestChain> {
  shared ??= startChain();
  return shared;
}

// A root hook: after all files.
after(async () => {
  await (await shared)?.close();
});

/** A chain of its own, for tests that need its clock to themselves, or other parameters: whoever starts it closes it. */
export async function startChain(parameters: Parameters = {}): Promise<TestChain> {
  const server = await network.createServer("local", "127.0.0.1");
  const { port } = await server.listen();
  const url = `http://127.0.0.1:${port}`;
  const connection = await network.create({ network: "anvil", override: { url } });
  const deployment = await deployFreehold(connection, parameters);
  const directory = await mkdtemp(join(tmpdir(), "freehold-worker-"));
  const deploymentFile = join(directory, "deployment.json");
  await writeFile(deploymentFile, JSON.stringify(deployment));

  const provider = new JsonRpcProvider(url, 31337, { staticNetwork: true, cacheTimeout: -1, batchMaxCount: 1 });
  provider.pollingInterval = 10;
  const contract = (name: string, abi: ConstructorParameters<typeof Contract>[1]) =>
    new Contract(deployment.contracts[name]?.address ?? "", abi, provider);
  let next = RESERVED;
  return {
    url,
    provider,
    deployment,
    deploymentFile,
    directory,
    models: contract("ModelRegistry", modelRegistryAbi),
    ledger: contract("DeltaLedger", deltaLedgerAbi),
    nodes: contract("NodeRegistry", nodeRegistryAbi),
    escrow: contract("InferenceEscrow", inferenceEscrowAbi),
    arbiter: contract("InferenceArbiter", inferenceArbiterAbi),
    token: contract("Token", testTokenAbi),
    async account() {
      const wallet = HDNodeWallet.fromPhrase(MNEMONIC, undefined, `m/44'/60'/0'/0/${next++}`).connect(provider);
      await provider.send("hardhat_setBalance", [wallet.address, "0x3635c9adc5dea00000"]);
      return wallet;
    },
    async pooled(account) {
      const [all = 0, mined = 0] = await Promise.all(
        ["pending", "latest"].map((tag) => provider.getTransactionCount(account, tag)),
      );
      return all - mined;
    },
    async pass(seconds) {
      await provider.send("evm_increaseTime", [seconds]);
      await provider.send("evm_mine", []);
    },
    async close() {
      provider.destroy();
      await connection.close();
      await server.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** Sends a contract call as `account` and waits for its receipt. */
export async function send(
  account: HDNodeWallet | Wallet,
  contract: Contract,
  method: string,
  ...args: unknown[]
): Promise<void> {
  const connected = contract.connect(account) as Contract;
  const transaction = await connected.getFunction(method).send(...args);
  await transaction.wait();
}
