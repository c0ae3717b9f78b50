import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { measureCode, type WorkerConfig } from "@freehold/worker";
import { expect } from "chai";
import { sharedChain, type TestChain } from "./harness/chain.ts";
import { createLine, type TestLine } from "./harness/model.ts";
import { PATIENT, PRICE } from "./harness/node.ts";
import { Payer, post } from "./harness/payer.ts";
import { ServedNode } from "./harness/served.ts";
import { until } from "./harness/wait.ts";

interface PoolTransaction {
  readonly from: string;
  readonly to: string;
  readonly hash: string;
  readonly input: string;
  readonly nonce: string;
}

/** 160 gwei: more than any transaction here offers at first. */
const HIGH_FEE = "0x2540be4000";

describe("worker: settlements whose transactions meet trouble", () => {
  let chain: TestChain;
  let line: TestLine;
  let node: ServedNode | undefined;

  before(async () => {
    chain = await sharedChain();
    line = await createLine(chain, { measurementId: measureCode() });
  });

  afterEach(async () => {
    await node?.stop();
    node = undefined;
  });

  const serve = async (settlement: Partial<WorkerConfig["settlement"]>) => {
    node = await ServedNode.start(chain, line, { settlement: { ...PATIENT, ...settlement } });
    return { node, payer: await Payer.open(chain, node.operator.address, line.lineId, 500n) };
  };

  /** Runs `work` while blocks are mined by hand: transactions wait in the pool. */
  const withoutMining = async (work: () => Promise<void>) => {
    await chain.provider.send("evm_setAutomine", [false]);
    try {
      await work();
    } finally {
      await chain.provider.send("evm_setAutomine", [true]);
    }
  };
  const mine = () => chain.provider.send("evm_mine", []);
  const inPool = ({ operator }: ServedNode) =>
    until(async () => {
      const block = (await chain.provider.send("eth_getBlockByNumber", ["pending", true])) as {
        transactions: PoolTransaction[];
      };
      return block.transactions.find(({ from }) => from === operator.address.toLowerCase());
    }, "the settlement in the pool");

  it("takes over a settlement that somebody else sent", async () => {
    const { node, payer } = await serve({ value: PRICE });
    await withoutMining(async () => {
      await payer.infer(node.url);
      const { to, input } = await inPool(node);
      const stranger = await chain.account();
      await stranger.sendTransaction({ to, data: input, gasLimit: 500_000n, gasPrice: 100_000_000_000n });
      await mine();
    });
    await node.settled(PRICE);
    expect(await payer.paid()).to.equal(PRICE);
    await until(async () => (await node.settlements())[0]?.[0] === "reverted", "its own, whose nonce is used");
    expect(await node.settlements()).to.deep.equal([["reverted", 0n]]);
  });

  it("plans anew when another transaction of the operator took its nonce", async () => {
    const { node, payer } = await serve({ value: PRICE });
    await withoutMining(async () => {
      await payer.infer(node.url);
      const { hash, nonce } = await inPool(node);
      await chain.provider.send("hardhat_dropTransaction", [hash]);
      const fees = { maxFeePerGas: 100_000_000_000n, maxPriorityFeePerGas: 50_000_000_000n };
      const to = node.operator.address;
      await node.operator.sendTransaction({ to, nonce: Number(nonce), gasLimit: 21_000n, ...fees });
      await mine();
    });
    await node.settled(PRICE);
    expect(await payer.paid()).to.equal(PRICE);
    expect(await node.settlements()).to.deep.equal([
      ["mined", PRICE],
      ["dropped", 0n],
    ]);
    // The first batch is still out there, signed: a second one with its nonce would be proof of fraud against the node.
    expect(await node.batchNonces()).to.deep.equal([1n, 0n]);
  });

  it("raises the fee of a settlement that no block takes", async () => {
    const { node, payer } = await serve({ value: PRICE, patience: 1n });
    await withoutMining(async () => {
      await payer.infer(node.url);
      const before = await inPool(node);
      await until(async () => {
        await chain.provider.send("hardhat_setNextBlockBaseFeePerGas", [HIGH_FEE]);
        await mine();
        return (await payer.paid()) === PRICE;
      }, "the fee to be raised");
      expect(await chain.provider.getTransactionReceipt(before.hash)).to.equal(null);
    });
    await node.settled(PRICE);
    expect(await node.settlements()).to.deep.equal([["mined", PRICE]]);
  });

  it("signs no seq twice when its books were lost or are older than the chain", async () => {
    const { node, payer } = await serve({ value: 2n * PRICE });
    const { receiptKey } = await payer.offer(node.url);
    await payer.infer(node.url);
    await node.stop();
    const file = join(node.config.data, "worker.sqlite");
    const old = readFileSync(file);
    await node.restart();
    await payer.infer(node.url);
    await node.settled(2n * PRICE);
    await node.stop();

    writeFileSync(file, old);
    await node.restart();
    const prepared = await payer.prepare(await payer.offer(node.url), { text: "rise" });
    expect((await post(node.url, prepared)).code).to.equal("internal");
    await node.stop();

    rmSync(node.config.data, { recursive: true });
    await node.restart();
    expect((await payer.offer(node.url)).receiptKey).not.to.equal(receiptKey);
    const { receipt } = await payer.infer(node.url);
    expect(receipt).to.include({ seq: 1n, cumulative: 3n * PRICE });
    node.worker.settleAll();
    await until(async () => (await payer.paid()) === 3n * PRICE, "the work since then to settle");
  });
});
