import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { measureCode, openTowerStore } from "@freehold/worker";
import { expect } from "chai";
import type { HDNodeWallet } from "ethers";
import { type ReadableStore, readStore } from "../../../worker/dist/store/index.js";
import { run as runTower } from "../watchtower/harness/process.ts";
import { bondsOf, challenge, challengeOf } from "./harness/books.ts";
import { sharedChain, type TestChain } from "./harness/chain.ts";
import { createLine, type TestLine } from "./harness/model.ts";
import { createNode, type LocalConfig, PATIENT, PRICE, workerConfig } from "./harness/node.ts";
import { Payer } from "./harness/payer.ts";
import { freePort, serveArguments, WorkerProcess } from "./harness/process.ts";
import { until } from "./harness/wait.ts";

describe("worker: jobs of a watchtower", () => {
  let chain: TestChain;
  let line: TestLine;
  let operator: HDNodeWallet;
  let towerKey: string;
  let config: LocalConfig;
  let life: WorkerProcess | undefined;

  before(async () => {
    chain = await sharedChain();
    line = await createLine(chain, { measurementId: measureCode() });
    towerKey = (await chain.account()).privateKey;
  });

  let towers = 0;
  beforeEach(async () => {
    operator = await createNode(chain);
    const tower = { directory: join(chain.directory, `tower-${towers++}`), delay: 1n };
    config = workerConfig(chain, line, { port: await freePort(), logLevel: "info", tower });
  });

  afterEach(async () => {
    await life?.end("SIGKILL");
    await chain.provider.send("evm_setAutomine", [true]);
  });

  const directory = () => config.tower?.directory ?? "";
  const serve = async (lane: "voucher" | "optimistic") => {
    config = { ...config, settlement: { ...PATIENT, lane } };
    const args = serveArguments(config, chain.deploymentFile);
    life = new WorkerProcess(args, operator.privateKey, config.port);
    await life.ready();
    return life;
  };
  const books = async <T>(work: (store: ReadableStore) => Promise<T>): Promise<T> => {
    const store = await readStore({ data: config.data });
    try {
      return await work(store);
    } finally {
      await store.close();
    }
  };
  const jobs = () => {
    const tower = openTowerStore(directory(), undefined);
    try {
      return tower.list(false).map(({ job, outcome }) => [job.kind, outcome] as const);
    } finally {
      tower.close();
    }
  };
  const once = async () => {
    const args = ["--rpc", chain.url, "--deployment", chain.deploymentFile, "--data", directory(), "--poll", "30"];
    const { code, stdout, stderr } = await runTower(["once", ...args], { FREEHOLD_WATCHTOWER_KEY: towerKey });
    expect(code, stdout + stderr).to.equal(0);
    return stdout;
  };
  /** Settles, and kills the worker while its transaction waits; drops that. */
  const dieSettling = async (worker: WorkerProcess) => {
    await chain.provider.send("evm_setAutomine", [false]);
    worker.signal("SIGUSR2");
    const pending = await until(() => books(({ settlements }) => settlements.pending()), "the settlement");
    await until(() => jobs().length > 0, "the job");
    expect(await worker.end("SIGKILL")).to.equal(null);
    const hash = pending.hashes.at(-1) ?? "";
    if ((await chain.provider.getTransaction(hash)) !== null) {
      await chain.provider.send("hardhat_dropTransaction", [hash]);
    }
    await chain.provider.send("evm_setAutomine", [true]);
    await chain.pass(2);
  };

  for (const lane of ["voucher", "optimistic"] as const) {
    it(`land a settlement by ${lane} when the worker is dead for good`, async () => {
      const worker = await serve(lane);
      const payer = await Payer.open(chain, operator.address, line.lineId, 500n, lane === "optimistic");
      await payer.infer(worker.url);
      await payer.infer(worker.url);
      await dieSettling(worker);
      expect(await payer.paid(), "the worker could not").to.equal(0n);
      rmSync(config.data, { recursive: true });
      expect(await once()).to.match(/"outcome":"landed"/);
      expect(await payer.paid()).to.equal(2n * PRICE);
      expect(await once(), "it has nothing left to do").not.to.match(/"msg":"sent"/);
    });
  }

  it("answer a challenge when the worker is dead for good", async () => {
    const worker = await serve("optimistic");
    const payer = await Payer.open(chain, operator.address, line.lineId, 500n, true);
    await payer.infer(worker.url);
    worker.signal("SIGUSR2");
    await until(async () => (await payer.paid()) === PRICE, "the debit");
    await worker.end("SIGKILL");
    rmSync(config.data, { recursive: true });
    await challenge(chain, payer, 0n);
    expect(await once()).to.match(/"step":"answer"/);
    expect((await challengeOf(chain, payer)).answerBy).to.equal(0n);
    const bond = await chain.arbiter.getFunction("BOND").staticCall();
    expect(await bondsOf(chain, operator.address)).to.equal(bond);
  });

  it("are of no use when the worker comes back and lands it itself: nothing is paid twice", async () => {
    const worker = await serve("voucher");
    const payer = await Payer.open(chain, operator.address, line.lineId, 500n);
    await payer.infer(worker.url);
    await dieSettling(worker);
    // What a worker writes that died before it gave the job away.
    rmSync(directory(), { recursive: true });
    const again = await serve("voucher");
    await until(async () => (await payer.paid()) === PRICE, "the settlement");
    expect(jobs().map(([kind]) => kind)).to.deep.equal(["settlement"]);
    await payer.infer(again.url);
    again.signal("SIGUSR2");
    await until(async () => (await payer.paid()) === 2n * PRICE, "the next settlement");
    const landed = await once();
    expect(landed).not.to.match(/"msg":"sent"/);
    expect(landed.match(/"outcome":"not-needed"/g)).to.have.length(2);
  });

  it("that the tower landed first are taken over by the worker's books", async () => {
    const worker = await serve("voucher");
    const payer = await Payer.open(chain, operator.address, line.lineId, 500n);
    await payer.infer(worker.url);
    await dieSettling(worker);
    await once();
    expect(await payer.paid()).to.equal(PRICE);
    const again = await serve("voucher");
    await until(async () => {
      const { settled, unsettled } = await books(({ debts }) => debts.totals());
      return settled === PRICE && unsettled === 0n;
    }, "the books");
    await payer.infer(again.url);
    again.signal("SIGUSR2");
    await until(async () => (await payer.paid()) === 2n * PRICE, "the next settlement");
  });

  it("need a directory that can be written", async () => {
    writeFileSync(directory(), "a file");
    const worker = new WorkerProcess(serveArguments(config, chain.deploymentFile), operator.privateKey, config.port);
    await until(() => /tower-\d+ cannot be made/.test(worker.log()), "the message");
    expect(await worker.ended()).to.equal(1);
  });
});
