import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { escrowDomain, signVoucher } from "@freehold/sdk";
import { measureCode } from "@freehold/worker";
import { expect } from "chai";
import { readStore } from "../../../worker/dist/store/index.js";
import { bondsOf, bookState, challenge, challengeOf } from "./harness/books.ts";
import { send, sharedChain, type TestChain } from "./harness/chain.ts";
import { createLine, type TestLine } from "./harness/model.ts";
import { createNode, PATIENT, PRICE, workerConfig } from "./harness/node.ts";
import { Payer } from "./harness/payer.ts";
import { freePort, serveArguments, WorkerProcess } from "./harness/process.ts";
import { ServedNode } from "./harness/served.ts";
import { until } from "./harness/wait.ts";

const settlement = { ...PATIENT, lane: "optimistic" } as const;

describe("worker: challenges", () => {
  let chain: TestChain;
  let line: TestLine;
  let bond: bigint;
  let node: ServedNode | undefined;
  let life: WorkerProcess | undefined;

  before(async () => {
    chain = await sharedChain();
    bond = (await chain.arbiter.getFunction("BOND").staticCall()) as bigint;
  });

  beforeEach(async () => {
    line = await createLine(chain, { measurementId: measureCode() });
  });

  afterEach(async () => {
    await node?.stop();
    await life?.end("SIGKILL");
    [node, life] = [undefined, undefined];
    await chain.provider.send("evm_setAutomine", [true]);
  });

  /** A node in this process that debited a channel twice without showing a voucher. */
  const debited = async (changes: { patience?: bigint } = {}) => {
    const served = await ServedNode.start(chain, line, { settlement: { ...settlement, ...changes } });
    node = served;
    const payer = await Payer.open(chain, served.operator.address, line.lineId, 500n, true);
    for (let i = 0; i < 2; i++) await payer.infer(served.url);
    served.worker.settleAll();
    await served.settled(2n * PRICE);
    return { served, payer };
  };
  const counts = async ({ url }: ServedNode | WorkerProcess) => {
    const text = await (await fetch(`${url}/metrics`)).text();
    const found = [...text.matchAll(/^freehold_challenges_total\{result="([a-z-]+)"\} (\d+)$/gm)];
    return Object.fromEntries(found.map(([, result, count]) => [result, Number(count)]));
  };
  const over = (payer: Payer) =>
    until(async () => (await challengeOf(chain, payer)).answerBy === 0n, "the end of the challenge");

  it("case 52: a payer challenges a debit that he signed, the worker answers, and the bond is the node's", async () => {
    const { served, payer } = await debited();
    const before = await bookState(chain, served);
    await challenge(chain, payer, PRICE);
    await over(payer);
    expect(await bondsOf(chain, served.operator.address)).to.equal(bond);
    expect(await bondsOf(chain, payer.wallet.address)).to.equal(0n);
    expect(await bookState(chain, served), "what was held is restored").to.deep.include(before);
    await until(async () => (await counts(served)).answered === 1, "the count");
    expect(await counts(served)).to.deep.equal({ opened: 1, answered: 1 });
    expect(await payer.paid()).to.equal(2n * PRICE);

    // Again, for what came since.
    await payer.infer(served.url);
    served.worker.settleAll();
    await served.settled(3n * PRICE);
    await challenge(chain, payer, 2n * PRICE);
    await over(payer);
    expect(await bondsOf(chain, served.operator.address)).to.equal(2n * bond);
  });

  it("debits a channel that is challenged by voucher, for that is final", async () => {
    const { served, payer } = await debited();
    await challenge(chain, payer, 0n, true);
    // The answer waits in the pool meanwhile.
    await until(() => counts(served).then(({ opened }) => opened === 1), "the worker to know");
    await payer.infer(served.url);
    served.worker.settleAll();
    await until(async () => (await served.settlements()).length === 2, "the settlement");
    await chain.provider.send("evm_setAutomine", [true]);
    await chain.provider.send("evm_mine", []);
    await served.settled(3n * PRICE);
    await over(payer);
    expect(await bookState(chain, served)).to.include({ earned: PRICE, vesting: 2n * PRICE });
  });

  it("raises the fee of an answer that no block takes", async () => {
    const { served, payer } = await debited({ patience: 0n });
    await challenge(chain, payer, 0n, true);
    const answers = () => stored(served.config.data);
    await until(async () => (await answers()).length === 1, "the answer");
    // 160 gwei: more than it offers at first.
    await chain.provider.send("hardhat_setNextBlockBaseFeePerGas", ["0x2540be4000"]);
    await chain.provider.send("evm_mine", []);
    await until(async () => ((await answers())[0]?.transactions[0]?.hashes.length ?? 0) > 1, "the raise");
    await until(async () => {
      await chain.provider.send("evm_mine", []);
      return (await challengeOf(chain, payer)).answerBy === 0n;
    }, "the end of the challenge");
    expect(await bondsOf(chain, served.operator.address)).to.equal(bond);
  });

  it("case 50: says when no voucher is high enough, after it answered as far as it can", async () => {
    const { served, payer } = await debited();
    await served.stop();
    // The books lost the newest voucher.
    const { node: of, channel, lineId } = payer;
    const escrow = await chain.escrow.getAddress();
    const voucher = { node: of, channel, lineId, cumulative: PRICE };
    const signature = await signVoucher(payer.wallet, escrowDomain(31_337n, escrow), voucher);
    const db = new DatabaseSync(join(served.config.data, "worker.sqlite"));
    db.prepare("UPDATE channels SET voucher_cumulative = ?, voucher_signature = ?").run(PRICE, signature);
    db.close();
    await challenge(chain, payer, 0n);
    life = await start(served);
    await until(async () => (await challengeOf(chain, payer)).asserted === PRICE, "the answer");
    await until(async () => (await counts(life as WorkerProcess)).unanswerable === 1, "the count");
    expect(life.log()).to.match(
      /"problem":"a challenge asks for 14 units, the voucher is over 7".*"msg":"a challenge cannot be answered"/,
    );

    // Nobody can answer: the payer gets back what is not proven, and the books follow.
    await chain.pass(Number(await chain.arbiter.getFunction("ANSWER_PERIOD").staticCall()) + 1);
    await send(payer.wallet, chain.arbiter, "uphold", escrow, of, lineId, channel);
    await until(async () => {
      const { settled, writtenOff, unsettled } = await served.totals();
      return settled === PRICE && writtenOff === PRICE && unsettled === 0n;
    }, "the books to follow");
    await until(async () => (await counts(life as WorkerProcess)).upheld === 1, "the count");
    expect(await payer.paid()).to.equal(PRICE);
    expect(await bondsOf(chain, payer.wallet.address)).to.equal(bond);
  });

  it("case 60: says so when its books are lost", async () => {
    const { served, payer } = await debited();
    await served.stop();
    node = undefined;
    await challenge(chain, payer, 0n);
    life = await start(served, `${served.config.data}-anew`);
    await until(async () => (await counts(life as WorkerProcess)).unanswerable === 1, "the count");
    expect(life.log()).to.match(/the books hold no voucher of this channel/);
  });

  /** Runs a stopped node in a process of its own. */
  const start = async ({ config, operator }: ServedNode, data = config.data) => {
    node = undefined;
    const own = { ...config, data, port: await freePort(), logLevel: "info" };
    const process = new WorkerProcess(serveArguments(own, chain.deploymentFile), operator.privateKey, own.port);
    await process.ready();
    return process;
  };

  for (const moment of ["before it knew", "with an answer that never left", "with an answer in the pool"] as const) {
    it(`answers after kill -9 ${moment}, once`, async () => {
      const operator = await createNode(chain);
      const config = workerConfig(chain, line, { port: await freePort(), settlement, logLevel: "info" });
      const restart = async () => {
        life = new WorkerProcess(serveArguments(config, chain.deploymentFile), operator.privateKey, config.port);
        await life.ready();
        return life;
      };
      let running = await restart();
      const payer = await Payer.open(chain, operator.address, line.lineId, 500n, true);
      await payer.infer(running.url);
      running.signal("SIGUSR2");
      await until(async () => (await payer.paid()) === PRICE, "the debit");
      if (moment === "before it knew") {
        await running.end("SIGKILL");
        await challenge(chain, payer, 0n);
      } else {
        await challenge(chain, payer, 0n, true);
        const answers = () => stored(config.data);
        const [answer] = await until(async () => (await answers()).length === 1 && answers(), "the answer");
        await running.end("SIGKILL");
        const hash = answer?.transactions[0]?.hashes[0] ?? "";
        if (moment === "with an answer that never left") {
          const isThere = (await chain.provider.getTransaction(hash)) !== null;
          if (isThere) await chain.provider.send("hardhat_dropTransaction", [hash]);
        }
        await chain.provider.send("evm_setAutomine", [true]);
        if (moment === "with an answer in the pool") await chain.provider.send("evm_mine", []);
      }
      const nonce = () => chain.provider.getTransactionCount(operator.address);
      const before = await nonce();
      running = await restart();
      await over(payer);
      expect(await bondsOf(chain, operator.address)).to.equal(bond);
      await until(async () => (await stored(config.data)).length === 0, "the answer to be decided");
      expect((await nonce()) - before, "answers").to.be.at.most(1);
      expect((await counts(running)).unanswerable).to.equal(undefined);
    });
  }
});

/** Answers whose transactions the chain has not decided. */
async function stored(data: string) {
  const store = await readStore({ data });
  try {
    return await store.answers.open();
  } finally {
    await store.close();
  }
}
