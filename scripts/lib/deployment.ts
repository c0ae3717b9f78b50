import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Deployment } from "@freehold/sdk";
import type { IgnitionModule, IgnitionModuleResult } from "@nomicfoundation/ignition-core";
import { keccak256 } from "ethers";
import type { NetworkConnection } from "hardhat/types/network";
import type { EthereumProvider } from "hardhat/types/providers";
import Freehold from "../../ignition/modules/Freehold.ts";
import FreeholdDevelopment from "../../ignition/modules/FreeholdDevelopment.ts";

export type Parameters = Record<string, string | number | boolean>;
export type ModuleName = "Freehold" | "FreeholdDevelopment";

const MODULES: Record<ModuleName, IgnitionModule<string, string, IgnitionModuleResult<string>>> = {
  Freehold,
  FreeholdDevelopment,
};
const ROOT = new URL("../..", import.meta.url).pathname;

/** A deployment that cannot be done as asked; the message says what to change. */
export class DeploymentError extends Error {
  override name = "DeploymentError";
}

/**
 * Reads `ignition/parameters/<network>.json`: one key, the module that the network runs, with its parameters.
 * `governance` is never in the file of a public network: whoever deploys names it.
 */
export async function readParameters(
  network: string,
  governance?: string,
): Promise<{ module: ModuleName; parameters: Parameters }> {
  const file = join(ROOT, "ignition/parameters", `${network}.json`);
  if (!existsSync(file)) throw new DeploymentError(`no parameters for network "${network}": ${file} does not exist`);
  const json = JSON.parse(await readFile(file, "utf8")) as Record<string, Parameters>;
  const [module, ...others] = Object.keys(json);
  if (!module || others.length > 0 || !(module in MODULES)) {
    throw new DeploymentError(`${file} must have one key, one of ${Object.keys(MODULES).join(", ")}`);
  }
  const parameters = { ...json[module], ...(governance ? { governance } : {}) };
  if (!parameters.governance) {
    throw new DeploymentError(`network "${network}" needs a governance address: pass --governance 0x…`);
  }
  return { module: module as ModuleName, parameters };
}

/** Deploys (or resumes) through Ignition, then describes what stands on the chain. */
export async function deploy(
  connection: NetworkConnection,
  options: {
    network: string;
    module: ModuleName;
    parameters: Parameters;
    /** Name of Ignition's journal, which an interrupted run goes on from; needed on every chain that is not in process. */
    deploymentId?: string;
    displayUi?: boolean;
    /** Blocks that Ignition waits for; its default on live chains is 5. */
    confirmations?: number;
  },
): Promise<Deployment> {
  const { provider } = connection;
  const before = Number(await provider.request({ method: "eth_blockNumber" }));
  const contracts = await connection.ignition.deploy(MODULES[options.module], {
    parameters: { [options.module]: bigints(options.parameters) },
    displayUi: options.displayUi ?? false,
    ...(options.deploymentId ? { deploymentId: options.deploymentId } : {}),
    ...(options.confirmations
      ? { config: { requiredConfirmations: options.confirmations, blockPollingInterval: 25 } }
      : {}),
  });
  const created = options.deploymentId
    ? await creationsOfJournal(options.deploymentId)
    : await creationsSince(provider, before);
  const entries: [string, Deployment["contracts"][string]][] = [];
  for (const [name, contract] of Object.entries(contracts)) {
    const address = await contract.getAddress();
    const code = (await provider.request({ method: "eth_getCode", params: [address, "latest"] })) as string;
    const creation = created.get(address.toLowerCase());
    entries.push([
      name,
      {
        address,
        deployBlock: creation?.block ?? 0,
        transactionHash: creation?.hash ?? `0x${"0".repeat(64)}`,
        codeHash: keccak256(code),
      },
    ]);
  }
  entries.sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    schemaVersion: 1,
    chainId: BigInt((await provider.request({ method: "eth_chainId" })) as string).toString(),
    network: options.network,
    commit: commit(),
    deployedAt: new Date().toISOString(),
    parameters: { module: options.module, ...options.parameters },
    contracts: Object.fromEntries(entries),
  };
}

/** Writes `deployments/<chainId>.json` in one step, so that a killed process leaves the old record or the new one. */
export async function writeRecord(deployment: Deployment, directory = join(ROOT, "deployments")): Promise<string> {
  await mkdir(directory, { recursive: true });
  const file = join(directory, `${deployment.chainId}.json`);
  await writeFile(`${file}.tmp`, `${JSON.stringify(deployment, null, 2)}\n`);
  await rename(`${file}.tmp`, file);
  return file;
}

/** Ignition takes JSON integers beyond 2^53 as strings that end in "n". */
function bigints(parameters: Parameters): Record<string, string | number | boolean | bigint> {
  return Object.fromEntries(
    Object.entries(parameters).map(([key, value]) => [
      key,
      typeof value === "string" && /^\d+n$/.test(value) ? BigInt(value.slice(0, -1)) : value,
    ]),
  );
}

type Creations = Map<string, { block: number; hash: string }>;

async function creationsSince(provider: EthereumProvider, from: number): Promise<Creations> {
  const to = Number(await provider.request({ method: "eth_blockNumber" }));
  const found: Creations = new Map();
  for (let block = from + 1; block <= to; block++) {
    const { transactions } = (await provider.request({
      method: "eth_getBlockByNumber",
      params: [`0x${block.toString(16)}`, false],
    })) as { transactions: string[] };
    for (const hash of transactions) {
      const receipt = (await provider.request({ method: "eth_getTransactionReceipt", params: [hash] })) as {
        contractAddress: string | null;
      };
      if (receipt.contractAddress) found.set(receipt.contractAddress.toLowerCase(), { block, hash });
    }
  }
  return found;
}

/** Ignition's journal keeps every confirmed transaction, over all runs that it took. */
async function creationsOfJournal(deploymentId: string): Promise<Creations> {
  const file = join(ROOT, "ignition/deployments", deploymentId, "journal.jsonl");
  const found: Creations = new Map();
  for (const line of readFileSync(file, "utf8").split("\n")) {
    if (line === "") continue;
    const entry = JSON.parse(line) as {
      type: string;
      hash?: string;
      receipt?: { blockNumber: number; contractAddress?: string };
    };
    if (entry.type !== "TRANSACTION_CONFIRM" || !entry.receipt?.contractAddress || !entry.hash) continue;
    const { contractAddress, blockNumber } = entry.receipt;
    found.set(contractAddress.toLowerCase(), { block: Number(blockNumber), hash: entry.hash });
  }
  return found;
}

function commit(): string {
  try {
    return execFileSync("git", ["rev-parse", "HEAD"], { cwd: ROOT, stdio: ["ignore", "pipe", "ignore"] })
      .toString()
      .trim();
  } catch {
    return "unknown";
  }
}
