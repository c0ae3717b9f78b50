import { type ConnectParameters, type Hex, InferenceError, lineIdOf, memoryStore, TcbStatus } from "@freehold/sdk";
import { expect } from "chai";
import { TestNode } from "./test-node.ts";
import { deltaOf, deployModel, MEASUREMENT, registerNode, type World } from "./world.ts";

export const INPUT = { text: "the market rises" };

/** A line with an active version, a node that serves it, and a payer with money. */
export async function serveLine(world: World, seed: string) {
  const { owner, payer } = world;
  const modelId = await deployModel(world, owner, seed);
  const lineId = lineIdOf(modelId, await world.signers.owner.getAddress());
  await (await owner.deltas.append({ modelId, delta: deltaOf(seed) })).wait();
  await (await owner.deltas.activate({ modelId, version: 1 })).wait();
  const node = await TestNode.start(world, seed);
  node.node = (await registerNode(world, node.keys)).toLowerCase() as Hex;
  node.lineId = lineId;
  const policy = { followDefaults: false, maxTcbStatus: TcbStatus.UpToDate };
  const verifiers = [world.address("DevelopmentTeeVerifier")];
  await (await owner.nodes.setPolicy({ lineId, policy, verifiers, measurements: [MEASUREMENT] })).wait();
  await world.token.mint(await world.signers.payer.getAddress(), 10n ** 12n);

  const open = async (amount: bigint, changes: { signer?: string; closeDelay?: bigint } = {}): Promise<bigint> => {
    await (await payer.escrow.approve({ amount })).wait();
    return (await (await payer.escrow.open({ node: node.node, lineId, amount, ...changes })).wait()).channel;
  };
  const parameters = (): ConnectParameters => ({
    endpoint: node.endpoint,
    lineId,
    maxPrice: 100n,
    store: memoryStore(),
    recheckMs: 0,
  });
  return { lineId, node, open, parameters };
}

/** The typed error that was thrown. */
export async function errorOf(run: Promise<unknown>): Promise<InferenceError> {
  const error = await run.then(
    () => new Error("nothing was thrown"),
    (thrown: unknown) => thrown,
  );
  expect(error, String(error)).to.be.instanceOf(InferenceError);
  return error as InferenceError;
}

/** What every promise gave, or how it failed. */
export async function outcomes<T>(runs: Promise<T>[]): Promise<{ done: T[]; failed: unknown[] }> {
  const settled = await Promise.allSettled(runs);
  return {
    done: settled.flatMap((one) => (one.status === "fulfilled" ? [one.value] : [])),
    failed: settled.flatMap((one) => (one.status === "rejected" ? [one.reason] : [])),
  };
}
