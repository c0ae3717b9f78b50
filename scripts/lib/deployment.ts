import { execFileSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Deployment } from "@freehold/sdk";
import type { IgnitionModule, IgnitionModuleResult } from "@nomicfoundation/ignition-core";
import { keccak256, ZeroHash } from "ethers";
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

/**
 * Deploys through Ignition, then describes what stands on the chain. On a live chain Ignition keeps a journal, from which an
 * interrupted run goes on; `throwaway` is for chains that end with the process, and keeps none.
 */
export async function deploy(
  connection: NetworkConnection,
  options: {
    network: string;
    module: ModuleName;
    parameters: Parameters;
    throwaway?: boolean;
    displayUi?: boolean;
  },
): Promise<Deployment> {
  const { provider } = connection;
  const before = Number(await provider.request({ method: "eth_blockNumber" }));
  const chainId = BigInt((await provider.request({ method: "eth_chainId" })) as string).toString();
  const deploymentId = options.throwaway ? `throwaway-${randomUUID()}` : `chain-${chainId}`;
  try {
    const contracts = await connection.ignition.deploy(MODULES[options.module], {
      parameters: { [options.module]: bigints(options.parameters) },
      displayUi: options.displayUi ?? false,
      deploymentId,
      ...(options.throwaway ? { config: { requiredConfirmations: 1, blockPollingInterval: 25 } } : {}),
    });
    const created = options.throwaway ? await creationsSince(provider, before) : await creationsOfJournal(deploymentId);
    return {
      schemaVersion: 1,
      chainId,
      network: options.network,
      commit: commit(),
      deployedAt: new Date().toISOString(),
      parameters: { module: options.module, ...options.parameters },
      contracts: await describe(provider, contracts, created),
    };
  } finally {
    if (options.throwaway) await rm(journalOf(deploymentId), { recursive: true, force: true });
  }
}

async function describe(
  provider: EthereumProvider,
  contracts: Record<string, { getAddress(): Promise<string> }>,
  created: Creations,
): Promise<Deployment["contracts"]> {
  const entries: [string, Deployment["contracts"][string]][] = [];
  for (const [name, contract] of Object.entries(contracts)) {
    const address = await contract.getAddress();
    const code = (await provider.request({ method: "eth_getCode", params: [address, "latest"] })) as string;
    // The token of a production deployment was there before: its block is unknown.
    const { block, hash } = created.get(address.toLowerCase()) ?? { block: 0, hash: ZeroHash };
    entries.push([name, { address, deployBlock: block, transactionHash: hash, codeHash: keccak256(code) }]);
  }
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
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
  const file = join(journalOf(deploymentId), "journal.jsonl");
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

function journalOf(deploymentId: string): string {
  return join(ROOT, "ignition/deployments", deploymentId);
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
