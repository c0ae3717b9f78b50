import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { createFreehold, type Deployment, type Freehold } from "@freehold/sdk";
import hre from "hardhat";
import { deploy, type ModuleName, type Parameters, readParameters, writeRecord } from "../lib/deployment.ts";
import { type Actor, type Actors, actorsOf } from "./actors.ts";
import { type Chain, type ChainKind, startChain } from "./chain.ts";
import type { StoryLog } from "./log.ts";

/** What every act of the story works with. */
export interface Stage {
  chain: Chain;
  deployment: Deployment;
  actors: Actors;
  log: StoryLog;
  /** Gas of whole transactions by step. */
  gas: Record<string, number>;
  /** Files of this run: the node's store and books, the deployment record. */
  folder: string;
  recordFile: string;
  as(actor: Actor): Freehold;
}

/** Starts the chain, deploys through Ignition as on a testnet, and gives everybody tokens. */
export async function setUp(
  kind: ChainKind,
  folder: string,
  tenants: number,
  log: StoryLog,
  start: (folder: string) => Promise<Chain> = () => startChain(kind),
): Promise<Stage> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(join(folder, "store"), { recursive: true });
  const chain = await start(folder);
  try {
    log.step("local chain", `${kind}, ${chain.url}`);
    const actors = actorsOf(chain.provider, tenants);
    const { module, parameters } = await readParameters("local");
    const deployment = await deployTo(chain, kind, module, parameters);
    const recordFile = await writeRecord(deployment, folder);
    log.step("contracts deployed through Ignition", `${Object.keys(deployment.contracts).length}`);
    const clients = new Map<Actor, Freehold>();
    const stage: Stage = {
      chain,
      deployment,
      actors,
      log,
      gas: {},
      folder,
      recordFile,
      as(actor) {
        const known = clients.get(actor);
        if (known) return known;
        const client = createFreehold({ signer: actor.signer, chainId: BigInt(deployment.chainId), deployment });
        clients.set(actor, client);
        return client;
      },
    };
    await fund(stage);
    return stage;
  } catch (error) {
    await chain.stop();
    throw error;
  }
}

/** Deploys a module to the story's chain. */
export async function deployTo(
  chain: Chain,
  kind: ChainKind,
  module: ModuleName,
  parameters: Parameters,
): Promise<Deployment> {
  const connection = await hre.network.create({ network: "anvil", override: { url: chain.url } });
  try {
    return await deploy(connection, { network: kind, module, parameters, throwaway: true });
  } finally {
    await connection.close();
  }
}

/** Address of a contract of the deployment. */
export function addressOf(stage: Stage, name: string): string {
  const contract = stage.deployment.contracts[name];
  if (contract === undefined) throw new Error(`the deployment has no ${name}`);
  return contract.address;
}

/** Seconds of the newest block. */
export async function chainTime(stage: Stage): Promise<bigint> {
  const block = await stage.chain.provider.getBlock("latest");
  if (block === null) throw new Error("the chain has no newest block");
  return BigInt(block.timestamp);
}

/** Waits for a sent transaction and notes its gas under a name. */
export async function noted<R extends { receipt: { gasUsed: bigint } }>(
  stage: Stage,
  name: string | undefined,
  sent: Promise<{ wait(): Promise<R> }>,
): Promise<R> {
  const result = await (await sent).wait();
  if (name !== undefined) stage.gas[name] ??= Number(result.receipt.gasUsed);
  return result;
}

async function fund(stage: Stage): Promise<void> {
  const token = stage.as(stage.actors.deployer).contract("Token");
  const { quant, operator, rogue, cheats } = stage.actors;
  for (const actor of [quant, operator, rogue, ...cheats]) {
    await (await token.mint(actor.address, 1_000_000_000_000n)).wait();
  }
}
