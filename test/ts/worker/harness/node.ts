import { join } from "node:path";
import { readDeployment, type WorkerConfig } from "@freehold/worker";
import type { HDNodeWallet } from "ethers";
import { send, type TestChain } from "./chain.ts";
import type { TestLine } from "./model.ts";

/** An operator with stake. */
export async function createNode(chain: TestChain): Promise<HDNodeWallet> {
  const operator = await chain.account();
  const stake = (await chain.nodes.getFunction("MIN_STAKE").staticCall()) as bigint;
  await send(operator, chain.token, "mint", operator.address, stake);
  await send(operator, chain.token, "approve", await chain.nodes.getAddress(), stake);
  await send(operator, chain.nodes, "register", "http://127.0.0.1", operator.address);
  await send(operator, chain.nodes, "addStake", stake);
  return operator;
}

export const PRICE = 7n;

/** Never settles by itself. */
export const PATIENT = {
  value: 2n ** 60n,
  age: 2n ** 30n,
  patience: 60n,
  maxGas: 16_777_216n,
  lane: "voucher",
} as const;

let workers = 0;

/** A configuration whose books are in a directory. */
export type LocalConfig = WorkerConfig & { readonly data: string };

/** A worker's configuration on a random port with a quick poll. It settles by itself only when a test says so. */
export function workerConfig(chain: TestChain, line: TestLine, changes: Partial<LocalConfig> = {}): LocalConfig {
  return {
    rpc: chain.url,
    addresses: readDeployment(chain.deploymentFile),
    lineId: line.lineId,
    store: line.store,
    data: join(chain.directory, `data-${workers++}`),
    database: undefined,
    replica: "main",
    price: PRICE,
    host: "127.0.0.1",
    port: 0,
    settlement: PATIENT,
    tower: undefined,
    collectValue: undefined,
    pollMs: 30,
    confirmations: 0,
    maxViewAgeMs: 5_000,
    bodyLimit: 64 * 1024,
    logLevel: "silent",
    ...changes,
  };
}

/** The same for one of several replicas, whose books are in one database. */
export function replicaConfig(
  chain: TestChain,
  line: TestLine,
  replica: string,
  database: string,
  changes: Partial<LocalConfig> = {},
): WorkerConfig {
  return { ...workerConfig(chain, line, changes), data: undefined, database, replica };
}
