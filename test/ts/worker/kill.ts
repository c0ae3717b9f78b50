import { setTimeout as pause } from "node:timers/promises";
import { measureCode } from "@freehold/worker";
import { expect } from "chai";
import { type ReadableStore, readStore } from "../../../worker/dist/store/index.js";
import { sharedChain, type TestChain } from "./harness/chain.ts";
import { Client } from "./harness/client.ts";
import { createLine, type TestLine } from "./harness/model.ts";
import { createNode, PATIENT, PRICE, workerConfig } from "./harness/node.ts";
import { Payer } from "./harness/payer.ts";
import { freePort, serveArguments, WorkerProcess } from "./harness/process.ts";
import { seeded } from "./harness/random.ts";
import { until } from "./harness/wait.ts";

const LANES = ["voucher", "optimistic"] as const;
const KILLS = 10;
const PAYERS = 3;
const DEPOSIT = 1_000_000n;

/** When a worker is killed, in turn. */
const MOMENTS = ["any", "settling", "in the pool"] as const;

for (const lane of LANES)
  describe(`worker: kill -9 at any moment, lane ${lane}`, () => {
    let chain: TestChain;
    let line: TestLine;
    let life: WorkerProcess | undefined;

    before(async () => {
      chain = await sharedChain();
      line = await createLine(chain, { measurementId: measureCode() });
    });

    afterEach(async () => {
      await life?.end("SIGKILL");
      await chain.provider.send("evm_setAutomine", [true]);
    });

    const read = async <T>(data: string, work: (store: ReadableStore) => Promise<T>): Promise<T> => {
      const store = await readStore({ data });
      try {
        return await work(store);
      } finally {
        await store.close();
      }
    };

    it("loses no earned voucher and bills nobody twice", async () => {
      const random = seeded(5_964);
      const operator = await createNode(chain);
      // A few inferences make a settlement.
      const settlement = { ...PATIENT, value: 3n * PRICE, lane };
      const config = workerConfig(chain, line, { port: await freePort(), settlement, logLevel: "info" });
      const start = () => {
        const args = serveArguments(config, chain.deploymentFile);
        return new WorkerProcess(args, operator.privateKey, config.port);
      };
      const pending = () => read(config.data, ({ settlements }) => settlements.pending());

      life = start();
      const { url } = life;
      const clients: Client[] = [];
      for (let i = 0; i < PAYERS; i++)
        clients.push(
          new Client(await Payer.open(chain, operator.address, line.lineId, DEPOSIT, lane === "optimistic")),
        );
      let over = false;
      const failures: unknown[] = [];
      const loops = clients.map(async (client) => {
        try {
          while (!over) await client.infer(url, () => over);
        } catch (error) {
          failures.push(error);
        }
      });

      let killedWhileSettling = 0;
      for (let kill = 0; kill < KILLS; kill++) {
        await life.ready();
        const moment = MOMENTS[kill % MOMENTS.length];
        if (moment === "in the pool") await chain.provider.send("evm_setAutomine", [false]);
        if (moment === "any") await pause(random() * 800);
        else await until(pending, "a settlement").then(() => pause(random() * 60));
        expect(await life.end("SIGKILL")).to.equal(null);
        const open = await pending();
        if (open !== undefined) killedWhileSettling++;
        if (moment === "in the pool") {
          const hash = open?.hashes.at(-1) ?? "";
          const isWaiting = open !== undefined && (await chain.provider.getTransaction(hash))?.blockNumber === null;
          // Half of them are mined while nobody looks; the others were never seen.
          if (isWaiting && random() < 0.5) await chain.provider.send("hardhat_dropTransaction", [hash]);
          else await chain.provider.send("evm_mine", []);
          await chain.provider.send("evm_setAutomine", [true]);
        }
        life = start();
      }
      await life.ready();
      await pause(300);
      over = true;
      await Promise.all(loops);
      expect(failures).to.deep.equal([]);
      for (const client of clients) await client.finish(url);

      life.signal("SIGUSR2");
      const totals = () => read(config.data, ({ debts }) => debts.totals());
      await until(
        async () => (await totals()).unsettled === 0n && (await pending()) === undefined,
        "everything to settle",
        30,
      );
      expect(await life.end("SIGTERM")).to.equal(0);

      let total = 0n;
      for (const { payer, answers, receipts } of clients) {
        const seqs = receipts.map(({ seq }) => seq).sort((a, b) => Number(a - b));
        expect(seqs, "each answer is one metered inference").to.deep.equal(seqs.map((_, i) => BigInt(i + 1)));
        expect(await payer.paid(), "paid is price times answers").to.equal(PRICE * BigInt(answers.size));
        total += await payer.paid();
      }
      const completed = total / PRICE;
      expect(await totals()).to.deep.equal({
        completed,
        metered: total,
        settled: total,
        unsettled: 0n,
        writtenOff: 0n,
      });
      const { earned, vesting } = await chain.escrow
        .getFunction("earningsOf")
        .staticCall(operator.address, line.lineId);
      expect(lane === "voucher" ? earned : vesting).to.equal(total);
      const settlements = (await read(config.data, (store) => store.settlements.latest(10_000))).length;
      expect(
        completed > BigInt(KILLS) && settlements > 3 && killedWhileSettling > 3,
        "there was much to lose",
      ).to.equal(true);
      const tries = clients.reduce((sum, { retries }) => sum + retries, 0);
      console.log(
        `      ${KILLS} kills, ${killedWhileSettling} of them while settling; ${completed} inferences, ` +
          `${tries} failed tries, ${settlements} settlements`,
      );
    });
  });
