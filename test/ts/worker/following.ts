import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { weightsRoot } from "@freehold/sdk/weights";
import { developmentProvider, measureCode, Worker, type WorkerConfig } from "@freehold/worker";
import { expect } from "chai";
import type { HDNodeWallet } from "ethers";
import { send, sharedChain, type TestChain } from "./harness/chain.ts";
import { createLine, type TestLine } from "./harness/model.ts";
import { createNode, type LocalConfig, workerConfig } from "./harness/node.ts";
import { Payer, post } from "./harness/payer.ts";
import { type RpcProxy, startProxy } from "./harness/proxy.ts";
import { until } from "./harness/wait.ts";

describe("worker: following the chain", () => {
  let chain: TestChain;
  let line: TestLine;
  let operator: HDNodeWallet;
  let worker: Worker | undefined;
  let url: string;

  before(async () => {
    chain = await sharedChain();
    operator = await createNode(chain);
  });

  beforeEach(async () => {
    line = await createLine(chain, { measurementId: measureCode() });
  });

  afterEach(async () => {
    await worker?.stop();
    worker = undefined;
  });

  const create = async (config: WorkerConfig) => {
    worker = await Worker.create(config, operator.privateKey, developmentProvider());
    return worker;
  };
  const serve = async (changes: Partial<LocalConfig> = {}) => {
    url = await (await create(workerConfig(chain, line, changes))).start();
  };
  const offered = async () => (await (await fetch(`${url}/v1/attestation`)).json()) as { versionHash: string };
  const isReady = async () => (await fetch(`${url}/readyz`)).status === 200;
  const failure = async (config = workerConfig(chain, line)) => {
    const created = await create(config);
    const error = await created.start().catch((reason: unknown) => reason);
    await created.stop();
    worker = undefined;
    return (error as Error).message;
  };

  it("serves base and deltas as the line's owner activates them, and rolls back", async () => {
    for (let i = 0; i < 3; i++) await line.append();
    await line.activate(2);
    await serve();
    const payer = await Payer.open(chain, operator.address, line.lineId, 1_000n);
    for (const version of [2, 3, 1, 0]) {
      if (version !== 2) await line.activate(version);
      await until(async () => (await offered()).versionHash === line.hashes[version], `version ${version}`);
      const { output, receipt } = await payer.infer(url, { text: "loss" });
      expect(receipt.versionHash).to.equal(line.hashes[version]);
      expect(output).to.deep.equal(await (await line.engine(version)).infer({ text: "loss" }));
    }
  });

  it("finishes or refuses every request while versions change under load", async () => {
    await line.append();
    await serve();
    const payers = await Promise.all(
      Array.from({ length: 3 }, () => Payer.open(chain, operator.address, line.lineId, 100_000n)),
    );
    const seen = new Set<string>();
    let running = true;
    const loops = payers.map(async (payer) => {
      while (running) {
        const prepared = await payer.prepare(await payer.offer(url), { text: "rise" });
        const answer = await post(url, prepared);
        if (answer.status === 200) {
          const { receipt } = JSON.parse(answer.text) as { receipt: { versionHash: string; cumulative: string } };
          expect(receipt.versionHash).to.equal(prepared.json.versionHash);
          seen.add(receipt.versionHash);
          payer.promised = BigInt(receipt.cumulative);
        } else {
          expect(answer.code, answer.text).to.equal("version-not-served");
          expect(line.hashes).to.contain(answer.details.served);
        }
      }
    });
    for (const version of [1, 0, 1]) {
      await line.activate(version);
      await until(async () => (await offered()).versionHash === line.hashes[version], `version ${version}`);
    }
    running = false;
    await Promise.all(loops);
    expect(seen).to.deep.equal(new Set(line.hashes));
  });

  it("serves no superseded version without grace", async () => {
    await send(line.owner, chain.ledger, "setGrace", line.modelId, 0);
    await line.append();
    await serve();
    const payer = await Payer.open(chain, operator.address, line.lineId, 1_000n);
    const prepared = await payer.prepare(await payer.offer(url), { text: "rise" });
    const [, , delta = ""] = [...line.files, line.files[1]];
    renameSync(delta, `${delta}.away`);
    await line.activate(1);
    await chain.pass(10);
    await until(async () => !(await isReady()), "readiness to end: the new version cannot be loaded");
    expect((await post(url, prepared)).code).to.be.oneOf(["not-ready", "version-not-served"]);
    renameSync(`${delta}.away`, delta);
  });

  it("goes on after an outage of its RPC endpoint, and says that it is not ready meanwhile", async () => {
    const proxy: RpcProxy = await startProxy(chain.url);
    try {
      await serve({ rpc: proxy.url, maxViewAgeMs: 500 });
      const payer = await Payer.open(chain, operator.address, line.lineId, 1_000n);
      const { receipt } = await payer.infer(url);
      const prepared = await payer.prepare(await payer.offer(url), { text: "rise" });
      proxy.cut();
      expect((await post(url, prepared)).status, "what is cached serves on").to.equal(200);
      payer.promised = 2n * receipt.price;
      await until(async () => !(await isReady()), "readiness to end");
      const late = await payer.prepare(prepared.offer, { text: "rise" });
      expect((await post(url, late)).code).to.equal("not-ready");
      expect((await post(url, prepared)).status, "answers that exist are given").to.equal(200);
      expect((await fetch(`${url}/healthz`)).status).to.equal(200);
      proxy.restore();
      await until(isReady, "readiness to come back");
      expect((await post(url, late)).status).to.equal(200);
    } finally {
      await worker?.stop();
      worker = undefined;
      await proxy.close();
    }
  });

  it("waits for the chain when it starts in an outage", async () => {
    const proxy: RpcProxy = await startProxy(chain.url);
    proxy.cut();
    const starting = (await create(workerConfig(chain, line, { rpc: proxy.url, port: 0 }))).start();
    setTimeout(() => proxy.restore(), 400);
    url = await starting;
    expect(await isReady()).to.equal(true);
    await worker?.stop();
    worker = undefined;
    await proxy.close();
  });

  it("names a wrong, short or missing file of the store", async () => {
    await line.append();
    await line.activate(1);
    for (const file of line.files) {
      const bytes = readFileSync(file);
      const changed = Buffer.from(bytes);
      changed[changed.length - 1] = (changed.at(-1) ?? 0) ^ 1;
      writeFileSync(file, changed);
      expect(await failure())
        .to.contain(file)
        .and.to.contain("has root 0x");
      const manifest = await weightsRoot(bytes, { leaves: true });
      writeFileSync(file.replace(".safetensors", ".manifest.json"), JSON.stringify(manifest));
      expect(await failure())
        .to.contain(file)
        .and.to.contain("chunk 0 is wrong");
      writeFileSync(file, bytes.subarray(1));
      expect(await failure())
        .to.contain(file)
        .and.to.contain(`has ${bytes.length - 1} bytes`);
      rmSync(file);
      expect(await failure())
        .to.contain(file)
        .and.to.contain("cannot be read");
      writeFileSync(file, bytes);
    }
    await serve();
    expect(await isReady()).to.equal(true);
  });

  it("says what the operator has to do", async () => {
    const config = workerConfig(chain, line);
    const stranger = await chain.account();
    const start = async (key: string, changes: Partial<LocalConfig>) => {
      const created = await Worker.create({ ...workerConfig(chain, line), ...changes }, key, developmentProvider());
      const error = await created.start().catch((reason: unknown) => reason);
      await created.stop();
      return (error as Error).message;
    };
    expect(await start(stranger.privateKey, {})).to.match(/is not registered: register it in NodeRegistry/);
    await send(stranger, chain.nodes, "register", "http://x", stranger.address);
    expect(await start(stranger.privateKey, {})).to.match(/needs 1000000000: add 1000000000/);
    expect(await start(operator.privateKey, { lineId: `0x${"12".repeat(32)}` })).to.match(/DeltaLedger_UnknownLine/);
    const { addresses } = config;
    expect(await start(operator.privateKey, { addresses: { ...addresses, chainId: 5n } })).to.match(/is chain 31337/);
    const swapped = { ...addresses, nodeRegistry: addresses.deltaLedger };
    expect(await start(operator.privateKey, { addresses: swapped })).to.match(/check --deployment/);
    const noTee = { ...addresses, developmentTeeVerifier: undefined };
    expect(await start(operator.privateKey, { addresses: noTee })).to.match(/takes no development TEE/);
  });

  it("is not ready on a line whose policy does not accept it, until it does", async () => {
    line = await createLine(chain, { measurementId: `0x${"77".repeat(32)}` });
    await serve();
    expect(await isReady()).to.equal(false);
    expect((await fetch(`${url}/v1/attestation`)).status).to.equal(503);
    const forever = { from: 1, until: 2n ** 40n - 1n };
    await send(line.owner, chain.nodes, "setLineMeasurement", line.lineId, measureCode(), forever);
    await until(isReady, "the policy to be seen");
  });

  it("counts deposits after their confirmations only", async () => {
    await serve({ confirmations: 2 });
    const payer = await Payer.open(chain, operator.address, line.lineId, 1_000n);
    const offer = await payer.offer(url);
    const prepared = await payer.prepare(offer, { text: "rise" });
    expect((await post(url, prepared)).code).to.equal("unknown-channel");
    await chain.pass(1);
    await chain.pass(1);
    await until(async () => (await post(url, prepared)).status === 200, "the opening to be confirmed");
    const more = await payer.prepare(offer, { text: "rise" }, { cumulative: 1_500n });
    await send(payer.wallet, chain.escrow, "topUp", operator.address, payer.lineId, payer.channel, 500n);
    await until(async () => (await post(url, more)).code === "insufficient-deposit", "the top-up not to count");
    await chain.pass(1);
    await chain.pass(1);
    await until(async () => (await post(url, more)).status === 200, "the top-up to be confirmed");
  });
});
