import { setTimeout as pause } from "node:timers/promises";
import { measureCode } from "@freehold/worker";
import { expect } from "chai";
import { type Contract, type HDNodeWallet, Transaction, toQuantity } from "ethers";
import { postgres, sharedPostgres } from "./harness/backends.ts";
import { startChain, type TestChain } from "./harness/chain.ts";
import { createLine, type TestLine } from "./harness/model.ts";
import { createNode, PRICE, replicaConfig, workerConfig } from "./harness/node.ts";
import { freePort, serveArguments, WorkerProcess } from "./harness/process.ts";
import { seeded } from "./harness/random.ts";
import { LET_THROUGH, type RpcFilter, startRpcFilter } from "./harness/rpc-filter.ts";
import { until } from "./harness/wait.ts";
import { balanceOf, type PreparedExact, pay, type X402Answer, X402Payer } from "./harness/x402.ts";

const KILLS = 6;
const PAYERS = 3;

describe("worker: x402, kill -9 and replicas", () => {
  let chain: TestChain;
  let line: TestLine;
  let filter: RpcFilter;
  let cost: bigint;
  const lives = new Set<WorkerProcess>();

  before(async () => {
    chain = await startChain();
    line = await createLine(chain, { measurementId: measureCode() });
    filter = await startRpcFilter(chain.url);
    cost = PRICE * ((await chain.escrow.getFunction("UNIT").staticCall()) as bigint);
  });

  afterEach(async () => {
    await Promise.all([...lives].map((life) => life.end("SIGKILL")));
    lives.clear();
    filter.before = LET_THROUGH;
    await chain.provider.send("evm_setAutomine", [true]);
  });

  after(async () => {
    await filter.close();
    await chain.close();
  });

  const live = async (args: string[], operator: HDNodeWallet, port: number, environment: NodeJS.ProcessEnv = {}) => {
    const life = new WorkerProcess(args, operator.privateKey, port, environment);
    lives.add(life);
    await life.ready();
    return life;
  };
  /** A worker over the filter, which can be killed and started again on its books. */
  const mortal = async () => {
    const operator = await createNode(chain);
    const config = workerConfig(chain, line, { port: await freePort(), rpc: filter.url, logLevel: "info" });
    const start = () => live(serveArguments(config, chain.deploymentFile), operator, config.port);
    return { operator, start };
  };
  const retried = (url: string, prepared: PreparedExact): Promise<X402Answer> =>
    until(async () => {
      const answer = await pay(url, prepared);
      if (answer.status !== 200) throw new Error(answer.text);
      return answer;
    }, "the answer");

  /** Where the worker dies: told by the call that it makes next, which is never answered. */
  const MOMENTS = [
    ["before its transfer is sent", "eth_sendRawTransaction", 0n],
    ["when its transfer is on the chain, before it looks", "eth_getTransactionReceipt", 1n],
    ["when its transfer is proven, before it answers", "eth_getLogs", 1n],
  ] as const;
  for (const [moment, method, transferred] of MOMENTS) {
    it(`killed ${moment}: the same payment gets the answer, and is transferred once`, async () => {
      const { operator, start } = await mortal();
      const payer = await X402Payer.create(chain, 10n * cost);
      const life = await start();
      const prepared = await payer.prepare(life.url, line);
      let reached = false;
      filter.before = async (call) => {
        if (call.method !== method) return undefined;
        reached = true;
        return new Promise(() => undefined);
      };
      const lost = pay(life.url, prepared).catch(() => "lost");
      await until(() => reached, "the moment");
      await life.end("SIGKILL");
      expect(await lost).to.equal("lost");
      expect(await payer.balance()).to.equal((10n - transferred) * cost);

      filter.before = LET_THROUGH;
      const { url } = await start();
      const answer = await retried(url, prepared);
      expect(await pay(url, prepared)).to.deep.equal(answer);
      expect((await pay(url, await payer.seal(prepared.offer, prepared.payment))).required?.error).to.equal(
        "payment_already_used",
      );
      expect(await balanceOf(chain, operator.address)).to.equal(cost);
      expect(await payer.balance()).to.equal(9n * cost);
    });
  }

  it("killed with its transfer in the pool: the next life waits for that one, and sends no second", async () => {
    const { operator, start } = await mortal();
    const payer = await X402Payer.create(chain, 10n * cost);
    const life = await start();
    const prepared = await payer.prepare(life.url, line);
    await chain.provider.send("evm_setAutomine", [false]);
    let raw: unknown;
    filter.before = async ({ method, params }) => {
      if (method === "eth_sendRawTransaction") raw = params[0];
      return undefined;
    };
    const lost = pay(life.url, prepared).catch(() => "lost");
    await until(
      async () => raw !== undefined && (await chain.pooled(operator.address)) > 0,
      "the transfer in the pool",
    );
    await life.end("SIGKILL");
    expect(await lost).to.equal("lost");

    // Its registration is in a block already: what it sends next would be a second transfer.
    let sent = 0;
    filter.before = async ({ method }) => {
      if (method === "eth_sendRawTransaction") sent++;
      return undefined;
    };
    const { url } = await start();
    const answered = pay(url, prepared);
    await pause(500);
    await chain.provider.send("evm_setAutomine", [true]);
    await chain.provider.send("evm_mine", []);
    const answer = await answered;
    expect(answer.status, answer.text).to.equal(200);
    expect(sent).to.equal(0);
    expect(await balanceOf(chain, operator.address)).to.equal(cost);
  });

  describe("killed with a transfer in the pool that nobody takes at its fee", () => {
    /** The worker is dead, its transfer waits. */
    const stuck = async () => {
      const { operator, start } = await mortal();
      const payer = await X402Payer.create(chain, 10n * cost);
      const life = await start();
      const prepared = await payer.prepare(life.url, line);
      await chain.provider.send("evm_setAutomine", [false]);
      const lost = pay(life.url, prepared).catch(() => "lost");
      await until(async () => (await chain.pooled(operator.address)) > 0, "the transfer in the pool");
      await life.end("SIGKILL");
      expect(await lost).to.equal("lost");
      // A hundred times what it was.
      const fee = (await chain.provider.getBlock("latest"))?.baseFeePerGas ?? 0n;
      await chain.provider.send("hardhat_setNextBlockBaseFeePerGas", [toQuantity(100n * fee + 10n ** 11n)]);
      await chain.provider.send("evm_mine", []);
      expect(await payer.balance(), "nobody takes it").to.equal(10n * cost);
      return { operator, start, payer, prepared };
    };
    /** Mines until `check` holds. */
    const mined = (check: () => Promise<boolean>, what: string) =>
      until(async () => {
        await chain.provider.send("evm_mine", []);
        return check();
      }, what);

    it("the next life replaces it, and is paid once", async () => {
      const { operator, start, payer, prepared } = await stuck();
      const { url } = await start();
      const nonce = await chain.provider.getTransactionCount(operator.address);
      let raised: unknown;
      filter.before = async ({ method, params }) => {
        if (method === "eth_sendRawTransaction") raised = params[0];
        return undefined;
      };
      const answered = pay(url, prepared);
      await until(() => raised, "the higher fee");
      await mined(async () => (await payer.balance()) < 10n * cost, "the transfer");
      const answer = await answered;
      expect(answer.status, answer.text).to.equal(200);
      expect(answer.settled?.transaction).to.equal(Transaction.from(String(raised)).hash);
      expect(await chain.provider.getTransactionCount(operator.address), "one nonce").to.equal(nonce + 1);
      expect([await payer.balance(), await balanceOf(chain, operator.address)]).to.deep.equal([9n * cost, cost]);
    });

    it("nobody is told to pay again while it can still pay, though it could not now", async () => {
      const { start, payer, prepared } = await stuck();
      const { url } = await start();
      const friend = await chain.account();
      const hand = (from: HDNodeWallet, to: HDNodeWallet) =>
        (chain.token.connect(from) as Contract).getFunction("transfer").send(to.address, 10n * cost);
      await hand(payer.wallet, friend);
      await mined(async () => (await payer.balance()) === 0n, "the money to go");
      const answered = pay(url, prepared);
      await pause(1_000);
      await hand(friend, payer.wallet);
      await mined(async () => (await payer.balance()) === 9n * cost, "the transfer");
      expect((await answered).status).to.equal(200);
    });
  });

  it(`${KILLS} kills at any moment: everybody who paid has his answer, and nobody paid twice`, async () => {
    const random = seeded(4_020);
    const { operator, start } = await mortal();
    const payers = await Promise.all(Array.from({ length: PAYERS }, () => X402Payer.create(chain, 10_000n * cost)));
    let life = await start();
    const { url } = life;
    let over = false;
    const answered = new Map<string, string>();
    const failures: unknown[] = [];
    const loops = payers.map(async (payer) => {
      while (!over) {
        const prepared = await payer.prepare(url, line).catch(() => undefined);
        while (prepared !== undefined && !answered.has(prepared.key)) {
          const answer = await pay(url, prepared).catch(() => undefined);
          if (answer?.status === 200) answered.set(prepared.key, answer.text);
          else if (answer?.status === 402) failures.push(answer.text);
          if (answer?.status === 402) break;
          await pause(30);
        }
        await pause(10);
      }
    });
    for (let kill = 0; kill < KILLS; kill++) {
      const so = answered.size;
      await until(() => answered.size > so, "an answer", 60);
      await pause(random() * 500);
      expect(await life.end("SIGKILL")).to.equal(null);
      life = await start();
    }
    over = true;
    await Promise.all(loops);
    expect(failures).to.deep.equal([]);
    expect(answered.size).to.be.at.least(KILLS);
    expect(await balanceOf(chain, operator.address)).to.equal(BigInt(answered.size) * cost);
  });

  describe("two replicas", () => {
    before(async function () {
      await postgres.prepare(this);
    });

    /** Replicas over filters of their own. */
    const pair = async () => {
      const operator = await createNode(chain);
      const database = await (await sharedPostgres()).createDatabase();
      const start = async (replica: string, rpc: string) => {
        const config = replicaConfig(chain, line, replica, database, { port: await freePort(), rpc, logLevel: "info" });
        const environment = { FREEHOLD_WORKER_DATABASE: database };
        return live(serveArguments(config, chain.deploymentFile), operator, config.port, environment);
      };
      const [a, b] = await Promise.all([start("a", filter.url), start("b", chain.url)]);
      return { operator, a, b };
    };

    it("one payment at both, for a request each at the same time, pays for one of them", async () => {
      const { operator, a, b } = await pair();
      const payer = await X402Payer.create(chain, 10n * cost);
      const at = await payer.prepare(a.url, line);
      const { offer } = await payer.prepare(b.url, line);
      const other = await payer.seal(offer, at.payment);
      const answers = await Promise.all([pay(a.url, at), pay(b.url, other)]);
      expect(answers.map(({ status }) => status).toSorted()).to.deep.equal([200, 402]);
      expect(answers.find(({ status }) => status === 402)?.required?.error).to.be.oneOf([
        "payment_already_used",
        "invalid_exact_evm_nonce_already_used",
      ]);
      expect(await balanceOf(chain, operator.address)).to.equal(cost);
    });

    it("the same request at both gets the same bytes, at once and later, for one transfer", async () => {
      const { operator, a, b } = await pair();
      const payer = await X402Payer.create(chain, 10n * cost);
      const prepared = await payer.prepare(a.url, line);
      const first = await pay(a.url, prepared);
      expect(first.status, first.text).to.equal(200);
      expect(await pay(b.url, prepared), "the other one did not make it").to.deep.equal(first);
      expect(await balanceOf(chain, operator.address)).to.equal(cost);
    });

    it("one dies between work and transfer: the other one transfers, and gives the dead one's answer", async () => {
      const { operator, a, b } = await pair();
      const payer = await X402Payer.create(chain, 10n * cost);
      const prepared = await payer.prepare(a.url, line);
      let reached = false;
      filter.before = async ({ method }) => {
        if (method !== "eth_sendRawTransaction") return undefined;
        reached = true;
        return new Promise(() => undefined);
      };
      const lost = pay(a.url, prepared).catch(() => "lost");
      await until(() => reached, "the moment");
      await a.end("SIGKILL");
      expect(await lost).to.equal("lost");
      expect(await payer.balance()).to.equal(10n * cost);
      await retried(b.url, prepared);
      expect([await payer.balance(), await balanceOf(chain, operator.address)]).to.deep.equal([9n * cost, cost]);
    });
  });
});
