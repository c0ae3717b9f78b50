import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { AuditState, createFreehold, type Hex, memoryStore, ProofState, ZERO_HASH } from "@freehold/sdk";
import { developmentProvider, measureCode } from "@freehold/worker";
import { expect } from "chai";
import { startChain, type TestChain } from "./harness/chain.ts";
import { createLine, type TestLine } from "./harness/model.ts";
import { createNode, PATIENT, PRICE, workerConfig } from "./harness/node.ts";
import { Payer } from "./harness/payer.ts";
import { freePort, serveArguments, WorkerProcess } from "./harness/process.ts";
import { askForProofs, challengeReceipt, clientOf, pinCircuit, settledBatch } from "./harness/proofs.ts";
import { ServedNode } from "./harness/served.ts";
import { until } from "./harness/wait.ts";

const WHOLE = 65_536;

/** A provider of an environment without a key of its own, as nitro's and tdx's. */
function unsealing() {
  const { seal: _, unseal: __, ...rest } = developmentProvider();
  return { ...rest, seals: false as const };
}

describe("worker: proofs", function () {
  this.timeout(120_000);
  let chain: TestChain;
  let node: ServedNode | undefined;
  let life: WorkerProcess | undefined;

  before(async () => {
    // Policies begin after a day: its clock is moved.
    chain = await startChain();
    await pinCircuit(chain);
  });
  afterEach(async () => {
    await node?.stop();
    await life?.end("SIGKILL");
    [node, life] = [undefined, undefined];
  });
  after(() => chain?.close());

  const committedLine = () => createLine(chain, { measurementId: measureCode(), commitments: "of its weights" });
  const serve = async (line: TestLine, changes: Parameters<typeof ServedNode.start>[2] = {}) => {
    node = await ServedNode.start(chain, line, changes);
    return node;
  };
  const payerOf = ({ operator, config }: ServedNode) => Payer.open(chain, operator.address, config.lineId, 500n);
  const ready = ({ url }: ServedNode) =>
    until(async () => (await fetch(`${url}/readyz`)).status === 200, "the node to be ready");
  /** Refuses work for longer than a node takes to read its proving key: until then any node would. */
  const staysClosed = async ({ url }: ServedNode) => {
    for (let i = 0; i < 20; i++) {
      expect((await fetch(`${url}/readyz`)).status, "ready").to.equal(503);
      expect((await fetch(`${url}/v1/attestation`)).status, "offer").to.equal(503);
      await sleep(200);
    }
  };
  const counts = async ({ url }: ServedNode | WorkerProcess) => {
    const text = await (await fetch(`${url}/metrics`)).text();
    const found = [...text.matchAll(/^freehold_proof_demands_total\{result="([a-z-]+)"\} (\d+)$/gm)];
    return Object.fromEntries(found.map(([, result, count]) => [result, Number(count)]));
  };

  it("commits to input and answer, and gives the payer alone what opens it", async () => {
    const line = await committedLine();
    const served = await serve(line);
    const payer = await payerOf(served);
    const freehold = createFreehold({ signer: payer.wallet, chainId: 31337n, deployment: chain.deployment });
    const connect = { endpoint: served.url, lineId: line.lineId, channel: payer.channel, maxPrice: PRICE };
    const session = await freehold.inference.connect({ ...connect, store: memoryStore() });
    const first = await session.request({ input: { text: "profit and loss" } });
    const again = await session.request({ input: { text: "profit and loss" } });
    expect(first.output).to.deep.equal(await (await line.engine(0)).infer({ text: "profit and loss" }));
    expect([...(first.opening?.counts ?? [])]).to.deep.equal([1, 1, 0, 0]);
    expect(first.receipt.inputCommitment).not.to.equal(ZERO_HASH);
    // Equal inputs and answers do not show.
    expect(again.receipt.inputCommitment).not.to.equal(first.receipt.inputCommitment);
    expect(again.receipt.outputCommitment).not.to.equal(first.receipt.outputCommitment);
    // Neither salts nor counts are in the books in the clear.
    await served.stop();
    node = undefined;
    const books = readFileSync(`${served.config.data}/worker.sqlite`);
    const salt = first.opening?.inputSalt.toString(16).padStart(64, "0") ?? "";
    expect(books.includes(Buffer.from(salt, "hex"))).to.equal(false);
    expect(books.includes(salt)).to.equal(false);
  });

  it("answers from a model without a commitment as ever", async () => {
    const line = await createLine(chain, { measurementId: measureCode() });
    await askForProofs(chain, line, WHOLE);
    const served = await serve(line);
    const { receipt } = await (await payerOf(served)).infer(served.url);
    expect([receipt.inputCommitment, receipt.outputCommitment]).to.deep.equal([ZERO_HASH, ZERO_HASH]);
  });

  it("proves a challenged receipt by itself, also of a version that is served no more", async () => {
    const line = await committedLine();
    await line.activate(await line.append());
    await askForProofs(chain, line, 0);
    const served = await serve(line);
    await ready(served);
    const payer = await payerOf(served);
    const old = await payer.infer(served.url);
    const challenged = await challengeReceipt(chain, old, 1);
    await until(async () => (await challenged.state()) === ProofState.Proven, "the proof", 60);
    await until(async () => (await counts(served)).proven === 1, "the count");
    const { arbiter } = clientOf(chain, payer.wallet);
    const { bond } = await arbiter.parameters();
    expect(await arbiter.bondsOf({ account: served.operator.address as Hex })).to.equal(bond);

    const later = await payer.infer(served.url);
    await line.activate(await line.append());
    await until(async () => (await payer.offer(served.url)).version === 2, "the next version");
    // After a restart the version before is not in memory.
    await served.stop();
    await served.restart();
    await ready(served);
    const superseded = await challengeReceipt(chain, later, 1);
    await until(async () => (await superseded.state()) === ProofState.Proven, "the proof of the version before", 60);
    expect(await counts(served)).to.not.have.property("unprovable");
  });

  for (const moment of ["before it knew", "in the middle of the proof", "with the proof in the pool"] as const) {
    it(`proves after kill -9 ${moment}, once`, async () => {
      const line = await committedLine();
      await askForProofs(chain, line, 0);
      const operator = await createNode(chain);
      const config = workerConfig(chain, line, { port: await freePort(), settlement: PATIENT, logLevel: "info" });
      const restart = async () => {
        life = new WorkerProcess(serveArguments(config, chain.deploymentFile), operator.privateKey, config.port);
        await life.ready();
        return life;
      };
      let running = await restart();
      const payer = await Payer.open(chain, operator.address, line.lineId, 500n);
      const work = await payer.infer(running.url);
      if (moment === "before it knew") await running.end("SIGKILL");
      const byHand = moment === "with the proof in the pool";
      const challenged = await challengeReceipt(chain, work, 0);
      if (moment !== "before it knew") {
        if (byHand) await chain.provider.send("evm_setAutomine", [false]);
        const sign = byHand ? /"msg":"proof sent"/ : /"msg":"proofs are demanded"/;
        await until(() => sign.test(running.log()), "the worker to be that far", 60);
        if (byHand) {
          // Many looks at the chain later it is still one transaction.
          await sleep(500);
          expect(await chain.pooled(operator.address), "transactions in the pool").to.equal(1);
        }
        await running.end("SIGKILL");
        await chain.provider.send("evm_setAutomine", [true]);
        if (byHand) await chain.provider.send("evm_mine", []);
      }
      const before = await chain.provider.getTransactionCount(operator.address);
      running = await restart();
      await until(async () => (await challenged.state()) === ProofState.Proven, "the proof", 60);
      await until(async () => (await counts(running)).proven === 1, "the count");
      const sent = (await chain.provider.getTransactionCount(operator.address)) - before;
      expect(sent, "transactions after the restart").to.equal(byHand ? 0 : 1);
    });
  }

  it("opens a demanded audit, draws, and proves every drawn receipt; each receipt is in one batch", async () => {
    const line = await committedLine();
    await askForProofs(chain, line, WHOLE / 2);
    const served = await serve(line);
    await ready(served);
    const payer = await payerOf(served);
    for (let i = 0; i < 5; i++) await payer.infer(served.url, { text: "profit ".repeat(i + 1) });
    const first = await settledBatch(chain, served, 5n * PRICE);
    for (let i = 0; i < 2; i++) await payer.infer(served.url);
    const second = await settledBatch(chain, served, 7n * PRICE);
    const { arbiter } = clientOf(chain, await chain.account());
    for (const settled of [first, second]) await (await arbiter.demandAudit({ ...settled, version: 0 })).wait();
    for (const [{ batch }, draws] of [
      [first, 3n],
      [second, 1n],
    ] as const) {
      await until(
        async () => {
          await chain.provider.send("evm_mine", []);
          return (await arbiter.auditOf(batch)).state === AuditState.Passed;
        },
        "the audit to pass",
        90,
      );
      expect(await arbiter.auditOf(batch)).to.include({ draws, proven: draws, held: 0n });
    }
    await until(async () => (await counts(served)).proven === 2, "the counts");
    expect(await counts(served)).to.deep.equal({ demanded: 2, proven: 2 });
  });

  it("attack: takes no work on a version whose anchored commitment is of other weights, once proofs are asked for", async () => {
    const line = await createLine(chain, { measurementId: measureCode(), commitments: "of others" });
    const served = await serve(line, { logLevel: "silent" });
    const payer = await payerOf(served);
    const { receipt } = await payer.infer(served.url);
    expect(receipt.inputCommitment, "nobody can ask yet").to.equal(ZERO_HASH);
    await askForProofs(chain, line, 0);
    await until(async () => (await fetch(`${served.url}/readyz`)).status === 503, "the node to refuse");
    await staysClosed(served);
  });

  it("takes no work that is to be proven where nothing is kept over a restart", async () => {
    const line = await committedLine();
    await askForProofs(chain, line, 0);
    node = await ServedNode.start(chain, line, {}, unsealing);
    await staysClosed(node);
  });

  it("takes it when its operator takes the risk, proves while it lives, and says what a restart has cost", async () => {
    const line = await committedLine();
    await askForProofs(chain, line, 0);
    const served = await ServedNode.start(chain, line, { volatileWitnesses: true }, unsealing);
    node = served;
    await ready(served);
    const payer = await payerOf(served);
    const [first, second] = [await payer.infer(served.url), await payer.infer(served.url)];
    const challenged = await challengeReceipt(chain, first, 0);
    await until(async () => (await challenged.state()) === ProofState.Proven, "the proof", 60);
    await served.stop();
    await served.restart();
    await ready(served);
    const late = await challengeReceipt(chain, second, 0);
    await until(async () => (await counts(served)).unprovable === 1, "the count");
    expect(await late.state()).to.equal(ProofState.Open);
  });

  it("says that a receipt cannot be proven when its books are lost, and goes on serving", async () => {
    const line = await committedLine();
    await askForProofs(chain, line, 0);
    const served = await serve(line);
    await ready(served);
    const work = await (await payerOf(served)).infer(served.url);
    await served.stop();
    node = undefined;
    const challenged = await challengeReceipt(chain, work, 0);
    const anew = { ...served.config, data: `${served.config.data}-anew`, port: await freePort(), logLevel: "info" };
    life = new WorkerProcess(serveArguments(anew, chain.deploymentFile), served.operator.privateKey, anew.port);
    const running = life;
    await running.ready();
    await until(async () => (await counts(running)).unprovable === 1, "the count");
    expect(running.log()).to.match(/these books do not know the receipt.*"msg":"proofs cannot be shown"/);
    expect(await challenged.state()).to.equal(ProofState.Open);
    const again = await Payer.open(chain, served.operator.address, line.lineId, 500n);
    expect((await again.infer(running.url)).receipt.channel).to.equal(again.channel);
  });
});
