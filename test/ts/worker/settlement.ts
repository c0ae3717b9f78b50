import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { SignedOffer } from "@freehold/sdk";
import { developmentProvider, measureCode, Worker, type WorkerConfig } from "@freehold/worker";
import { expect } from "chai";
import type { HDNodeWallet } from "ethers";
import { readStore } from "../../../worker/dist/store/index.js";
import { send, sharedChain, type TestChain } from "./harness/chain.ts";
import { createLine, type TestLine } from "./harness/model.ts";
import { createNode, PATIENT, PRICE, workerConfig } from "./harness/node.ts";
import { Payer, post } from "./harness/payer.ts";
import { until } from "./harness/wait.ts";

describe("worker: settlement", () => {
  let chain: TestChain;
  let shared: TestLine;
  let line: TestLine;
  let operator: HDNodeWallet;
  let worker: Worker | undefined;
  let config: WorkerConfig;
  let url: string;

  before(async () => {
    chain = await sharedChain();
    shared = await createLine(chain, { measurementId: measureCode() });
  });

  beforeEach(async () => {
    line = shared;
    operator = await createNode(chain);
  });

  afterEach(async () => {
    await worker?.stop();
    worker = undefined;
  });

  const serve = async (changes: Partial<WorkerConfig> = {}) => {
    config = workerConfig(chain, line, changes);
    worker = await Worker.create(config, operator.privateKey, developmentProvider());
    url = await worker.start();
  };

  const totals = () => {
    const store = readStore(config.data);
    try {
      return store.debts.totals();
    } finally {
      store.close();
    }
  };
  const settled = (units: bigint) =>
    until(() => totals().settled === units && totals().unsettled === 0n, `${units} to settle`);
  const served = async (offer: SignedOffer["versionHash"]) =>
    until(
      async () => (await fetch(`${url}/v1/attestation`)).text().then((text) => text.includes(offer)),
      "the version",
    );

  it("settles all channels once their value is enough", async () => {
    await serve({ settlement: { ...PATIENT, value: 4n * PRICE } });
    const payers = [await Payer.open(chain, operator.address, 500n), await Payer.open(chain, operator.address, 500n)];
    for (const payer of [...payers, payers[0]]) await payer?.infer(url);
    expect(totals()).to.include({ settled: 0n, unsettled: 3n * PRICE });
    await payers[1]?.infer(url);
    await settled(4n * PRICE);
    for (const payer of payers) expect(await payer.paid()).to.equal(2n * PRICE);
    expect(await chain.escrow.getFunction("earned").staticCall(operator.address)).to.equal(4n * PRICE);
  });

  it("settles by age of the chain, and collects", async () => {
    await serve({ settlement: { ...PATIENT, age: 1_000n }, collectValue: 1n });
    const payer = await Payer.open(chain, operator.address, 500n);
    await payer.infer(url);
    await chain.pass(1_001);
    await settled(PRICE);
    const unit = (await chain.escrow.getFunction("UNIT").staticCall()) as bigint;
    const balance = () => chain.token.getFunction("balanceOf").staticCall(operator.address) as Promise<bigint>;
    await until(async () => (await balance()) === PRICE * unit, "the earnings to be collected");
    expect(await chain.escrow.getFunction("earned").staticCall(operator.address)).to.equal(0n);
  });

  it("settles a channel that closes, and leaves the others", async () => {
    await serve();
    const [closing, other] = [
      await Payer.open(chain, operator.address, 500n),
      await Payer.open(chain, operator.address, 500n),
    ];
    await closing.infer(url);
    await other.infer(url);
    await send(closing.wallet, chain.escrow, "requestClose", operator.address, closing.channel);
    await until(async () => (await closing.paid()) === PRICE, "the closing channel to settle");
    expect(await other.paid()).to.equal(0n);
    worker?.settleAll();
    await settled(2n * PRICE);
  });

  it("settles each version with its own batch, in the order in which they were served", async () => {
    line = await createLine(chain, { measurementId: measureCode() });
    await serve();
    const payer = await Payer.open(chain, operator.address, 500n);
    await payer.infer(url);
    await payer.infer(url);
    await line.append();
    await line.activate(1);
    await served(line.hashes[1] as `0x${string}`);
    await payer.infer(url);
    worker?.settleAll();
    await settled(3n * PRICE);
    const filter = chain.escrow.filters.BatchSettled?.(operator.address);
    const logs = await chain.escrow.queryFilter(filter ?? "BatchSettled");
    const batches = logs.map((log) => chain.escrow.interface.parseLog(log)?.args);
    expect(batches.map((args) => [args?.versionHash, args?.total])).to.deep.equal([
      [line.hashes[0], 2n * PRICE],
      [line.hashes[1], PRICE],
    ]);
  });

  it("writes off what a withdrawn channel still owed, and bills it to nobody", async () => {
    await serve();
    const [gone, payer] = [
      await Payer.open(chain, operator.address, 500n),
      await Payer.open(chain, operator.address, 500n),
    ];
    await gone.infer(url);
    await payer.infer(url);
    await worker?.stop();
    await send(gone.wallet, chain.escrow, "requestClose", operator.address, gone.channel);
    await chain.pass(2 * 86_400);
    await send(gone.wallet, chain.escrow, "withdrawChannel", operator.address, gone.channel, gone.wallet.address);
    worker = await Worker.create(config, operator.privateKey, developmentProvider());
    url = await worker.start();
    worker.settleAll();
    await until(() => totals().unsettled === 0n, "the books to close");
    expect(totals()).to.include({ settled: PRICE, writtenOff: PRICE });
    expect(await gone.paid()).to.equal(0n);
  });

  it("writes off work that is older than the escrow takes", async () => {
    await serve();
    const payer = await Payer.open(chain, operator.address, 500n);
    await payer.infer(url);
    await worker?.stop();
    await chain.pass(Number(await chain.escrow.getFunction("MAX_BATCH_AGE").staticCall()) + 10);
    worker = await Worker.create(config, operator.privateKey, developmentProvider());
    url = await worker.start();
    await until(() => totals().writtenOff === PRICE, "the write-off");
    await payer.infer(url);
    worker.settleAll();
    await until(() => totals().unsettled === 0n, "the rest to settle");
    expect(totals()).to.include({ settled: PRICE, writtenOff: PRICE });
    expect(await payer.paid()).to.equal(PRICE);
  });

  /** Runs `work` while blocks are mined by hand: transactions wait in the pool. */
  const withoutMining = async (work: () => Promise<void>) => {
    await chain.provider.send("evm_setAutomine", [false]);
    try {
      await work();
    } finally {
      await chain.provider.send("evm_setAutomine", [true]);
    }
  };
  const inPool = () =>
    until(async () => {
      const block = await chain.provider.send("eth_getBlockByNumber", ["pending", true]);
      const transactions = block.transactions as {
        from: string;
        hash: string;
        input: string;
        to: string;
        nonce: string;
      }[];
      return transactions.find(({ from }) => from === operator.address.toLowerCase());
    }, "the settlement in the pool");
  const settlements = () => {
    const store = readStore(config.data);
    try {
      return store.settlements.latest(10).map(({ status, total }) => [status, total]);
    } finally {
      store.close();
    }
  };

  it("takes over a settlement that somebody else sent", async () => {
    await serve({ settlement: { ...PATIENT, value: PRICE } });
    const payer = await Payer.open(chain, operator.address, 500n);
    await withoutMining(async () => {
      await payer.infer(url);
      const { to, input } = await inPool();
      const stranger = await chain.account();
      await stranger.sendTransaction({ to, data: input, gasLimit: 500_000n, gasPrice: 100_000_000_000n });
      await chain.provider.send("evm_mine", []);
    });
    await settled(PRICE);
    expect(await payer.paid()).to.equal(PRICE);
    await until(() => settlements()[0]?.[0] === "mined", "its own, which paid nothing");
    expect(settlements()).to.deep.equal([["mined", 0n]]);
  });

  it("plans anew when another transaction of the operator took its nonce", async () => {
    await serve({ settlement: { ...PATIENT, value: PRICE } });
    const payer = await Payer.open(chain, operator.address, 500n);
    await withoutMining(async () => {
      await payer.infer(url);
      const { hash, nonce } = await inPool();
      await chain.provider.send("hardhat_dropTransaction", [hash]);
      const fees = { maxFeePerGas: 100_000_000_000n, maxPriorityFeePerGas: 50_000_000_000n };
      await operator.sendTransaction({ to: operator.address, nonce: Number(nonce), gasLimit: 21_000n, ...fees });
      await chain.provider.send("evm_mine", []);
    });
    await settled(PRICE);
    expect(await payer.paid()).to.equal(PRICE);
    expect(settlements()).to.deep.equal([
      ["mined", PRICE],
      ["dropped", 0n],
    ]);
  });

  it("raises the fee of a settlement that no block takes", async () => {
    await serve({ settlement: { value: PRICE, age: 2n ** 30n, patience: 1n } });
    const payer = await Payer.open(chain, operator.address, 500n);
    await withoutMining(async () => {
      await payer.infer(url);
      const before = await inPool();
      // Blocks cost more from now on than the transaction offers.
      const mine = async () => {
        await chain.provider.send("hardhat_setNextBlockBaseFeePerGas", ["0x2540be4000"]);
        await chain.provider.send("evm_mine", []);
      };
      await mine();
      expect(await chain.provider.getTransactionReceipt(before.hash)).to.equal(null);
      await until(async () => {
        await mine();
        return (await payer.paid()) === PRICE;
      }, "the fee to be raised");
      expect(await chain.provider.getTransactionReceipt(before.hash)).to.equal(null);
    });
    await settled(PRICE);
    expect(settlements()).to.deep.equal([["mined", PRICE]]);
  });

  it("signs no seq twice when its books were lost or are older than the chain", async () => {
    await serve({ settlement: { ...PATIENT, value: 2n * PRICE } });
    const payer = await Payer.open(chain, operator.address, 500n);
    const { receiptKey } = await payer.offer(url);
    await payer.infer(url);
    await worker?.stop();
    const file = join(config.data, "worker.sqlite");
    const old = readFileSync(file);
    worker = await Worker.create(config, operator.privateKey, developmentProvider());
    url = await worker.start();
    await payer.infer(url);
    await settled(2n * PRICE);
    await worker.stop();

    writeFileSync(file, old);
    worker = await Worker.create(config, operator.privateKey, developmentProvider());
    url = await worker.start();
    const prepared = await payer.prepare(await payer.offer(url), { text: "rise" });
    expect((await post(url, prepared)).code).to.equal("internal");
    await worker.stop();

    rmSync(config.data, { recursive: true });
    worker = await Worker.create(config, operator.privateKey, developmentProvider());
    url = await worker.start();
    expect((await payer.offer(url)).receiptKey).not.to.equal(receiptKey);
    const { receipt } = await payer.infer(url);
    expect(receipt).to.include({ seq: 1n, cumulative: 3n * PRICE });
    worker.settleAll();
    await until(async () => (await payer.paid()) === 3n * PRICE, "the work since then to settle");
  });

  it("registers a new generation of keys before the old one ends, and settles the old one's work", async () => {
    await serve();
    const payer = await Payer.open(chain, operator.address, 500n);
    const before = await payer.infer(url);
    const old = await payer.offer(url);
    await chain.pass(Number(old.validUntil - before.receipt.workedAt) - 3_600);
    const renewed = await until(async () => {
      const offer = await payer.offer(url);
      return offer.receiptKey !== old.receiptKey && offer;
    }, "the new keys");
    expect(renewed.validUntil > old.validUntil).to.equal(true);
    await payer.infer(url);
    worker?.settleAll();
    await until(() => totals().unsettled === 0n, "both to settle");
    expect(await payer.paid()).to.equal(2n * PRICE);
  });
});
