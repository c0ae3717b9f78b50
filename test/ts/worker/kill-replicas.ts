import { setTimeout as pause } from "node:timers/promises";
import { measureCode } from "@freehold/worker";
import { expect } from "chai";
import { type ReadableStore, readStore } from "../../../worker/dist/store/index.js";
import { postgres, sharedPostgres } from "./harness/backends.ts";
import { sharedChain, type TestChain } from "./harness/chain.ts";
import { Client } from "./harness/client.ts";
import { createLine, type TestLine } from "./harness/model.ts";
import { createNode, PATIENT, PRICE, replicaConfig } from "./harness/node.ts";
import { Payer } from "./harness/payer.ts";
import { freePort, run, serveArguments, WorkerProcess } from "./harness/process.ts";
import { seeded } from "./harness/random.ts";
import { until } from "./harness/wait.ts";

const KILLS = 6;
const PAYERS = 2;
const DEPOSIT = 1_000_000n;

describe("worker: kill -9 of one of two replicas", () => {
  let chain: TestChain;
  let line: TestLine;
  let books: ReadableStore | undefined;
  const lives: WorkerProcess[] = [];

  before(async function () {
    await postgres.prepare(this);
    chain = await sharedChain();
    line = await createLine(chain, { measurementId: measureCode() });
  });

  after(async () => {
    await Promise.all(lives.map((life) => life.end("SIGKILL")));
    await books?.close();
  });

  it("loses no voucher and bills nobody twice, while the other one serves and settles", async () => {
    const random = seeded(7_331);
    const operator = await createNode(chain);
    const database = await (await sharedPostgres()).createDatabase();
    const settlement = { ...PATIENT, value: 3n * PRICE };
    const configs = await Promise.all(
      ["a", "b"].map(async (replica) =>
        replicaConfig(chain, line, replica, database, { port: await freePort(), settlement, logLevel: "info" }),
      ),
    );
    const logs: string[] = [];
    const start = (index: number) => {
      const config = configs[index];
      if (config === undefined) throw new Error("no such replica");
      const args = serveArguments(config, chain.deploymentFile);
      const environment = { FREEHOLD_WORKER_DATABASE: database };
      const life = new WorkerProcess(args, operator.privateKey, config.port, environment);
      lives[index] = life;
      return life;
    };
    await Promise.all([start(0), start(1)].map((life) => life.ready()));
    books = await readStore({ database });
    const { debts, settlements } = books;
    const urls = lives.map(({ url }) => url);

    // Each channel has a client at either replica, and every answer is asked for again at the other one.
    const clients: Client[] = [];
    for (let i = 0; i < PAYERS; i++) {
      const payer = await Payer.open(chain, operator.address, line.lineId, DEPOSIT);
      clients.push(new Client(payer), new Client(payer));
    }
    let over = false;
    const failures: unknown[] = [];
    const loops = clients.map(async (client, i) => {
      const [home = "", other] = [urls[i % 2], urls[(i + 1) % 2]];
      try {
        while (!over) await client.infer(home, () => over, other);
      } catch (error) {
        failures.push(error);
      }
    });

    let takenOver = 0;
    for (let kill = 0; kill < KILLS; kill++) {
      const victim = kill % 2;
      if (kill % 3 === 0) await pause(random() * 800);
      else await until(() => settlements.pending(), "a settlement").then(() => pause(random() * 40));
      expect(await lives[victim]?.end("SIGKILL")).to.equal(null);
      logs.push(lives[victim]?.log() ?? "");
      const open = await settlements.pending();
      const { completed } = await debts.totals();
      await until(async () => (await debts.totals()).completed > completed, "the other replica to serve on");
      await until(async () => (await settlements.pending())?.id !== open?.id || open === undefined, "its settlement");
      if (open !== undefined) takenOver++;
      await start(victim).ready();
    }
    over = true;
    await Promise.all(loops);
    expect(failures).to.deep.equal([]);
    for (const [i, client] of clients.entries()) await client.finish(urls[i % 2] ?? "");

    for (const life of lives) life.signal("SIGUSR2");
    await until(
      async () => (await debts.totals()).unsettled === 0n && (await settlements.pending()) === undefined,
      "everything to settle",
      30,
    );
    const status = await run(["status", "--json"], { FREEHOLD_WORKER_DATABASE: database });
    for (const life of lives) expect(await life.end("SIGTERM"), life.log()).to.equal(0);

    let total = 0n;
    for (let i = 0; i < PAYERS; i++) {
      const [one, two] = [clients[2 * i], clients[2 * i + 1]];
      if (one === undefined || two === undefined) throw new Error("no client");
      const receipts = [...one.receipts, ...two.receipts];
      const seqs = receipts.map(({ seq }) => seq).sort((a, b) => Number(a - b));
      expect(seqs, "each answer is one metered inference").to.deep.equal(seqs.map((_, n) => BigInt(n + 1)));
      const paid = await one.payer.paid();
      expect(paid, "paid is price times answers").to.equal(PRICE * BigInt(receipts.length));
      total += paid;
    }
    const completed = total / PRICE;
    expect(await debts.totals()).to.deep.equal({
      completed,
      metered: total,
      settled: total,
      unsettled: 0n,
      writtenOff: 0n,
    });
    expect((await chain.escrow.getFunction("earningsOf").staticCall(operator.address, line.lineId)).earned).to.equal(
      total,
    );
    expect(JSON.parse(status.stdout)).to.include({ completed: String(completed), settled: String(total) });
    const { password } = new URL(database);
    for (const text of [...logs, ...lives.map((life) => life.log()), status.stdout, status.stderr]) {
      expect(text).not.to.contain(password);
    }
    const count = (await settlements.latest(10_000)).length;
    expect(completed > BigInt(KILLS) && count > 3 && takenOver > 0, "there was much to lose").to.equal(true);
    const tries = clients.reduce((sum, { retries }) => sum + retries, 0);
    console.log(
      `      ${KILLS} kills, ${takenOver} settlements taken over; ${completed} inferences, ${tries} failed tries, ` +
        `${count} settlements`,
    );
  });
});
