import { createFreehold, decodeRecovery, decodeResponse, encodeCloseAsk } from "@freehold/sdk";
import { developmentProvider, measureCode, Worker, type WorkerConfig } from "@freehold/worker";
import { expect } from "chai";
import type { HDNodeWallet } from "ethers";
import { type ReadableStore, readStore } from "../../../worker/dist/store/index.js";
import { postgres, sharedPostgres } from "./harness/backends.ts";
import { bondsOf, challenge, challengeOf } from "./harness/books.ts";
import { sharedChain, type TestChain } from "./harness/chain.ts";
import { createLine, type TestLine } from "./harness/model.ts";
import { createNode, PATIENT, PRICE, replicaConfig } from "./harness/node.ts";
import { Payer, post } from "./harness/payer.ts";
import { until } from "./harness/wait.ts";

const REQUESTS = 40;

describe("worker: replicas of one node", () => {
  let chain: TestChain;
  let line: TestLine;
  let operator: HDNodeWallet;
  let database: string;
  let books: ReadableStore;
  const workers = new Set<Worker>();

  before(async function () {
    await postgres.prepare(this);
    chain = await sharedChain();
    line = await createLine(chain, { measurementId: measureCode() });
  });

  beforeEach(async () => {
    database = await (await sharedPostgres()).createDatabase();
    operator = await createNode(chain);
  });

  afterEach(async () => {
    await books?.close();
    await Promise.all([...workers].map(stop));
  });

  const start = async (replica: string, settlement: WorkerConfig["settlement"] = PATIENT) => {
    const config = replicaConfig(chain, line, replica, database, { settlement });
    const worker = await Worker.create(config, operator.privateKey, developmentProvider());
    workers.add(worker);
    return { worker, url: await worker.start() };
  };
  const stop = async (worker: Worker) => {
    workers.delete(worker);
    await worker.stop();
  };
  const pair = async (settlement?: WorkerConfig["settlement"]) => {
    const both = await Promise.all([start("a", settlement), start("b", settlement)]);
    books = await readStore({ database });
    return both;
  };
  const settled = (units: bigint) =>
    until(async () => {
      const { settled, unsettled } = await books.debts.totals();
      return settled === units && unsettled === 0n && (await books.settlements.pending()) === undefined;
    }, `${units} to settle`);

  it("serve one channel in parallel: no step twice, an exact meter, all of it settled to the unit", async () => {
    const [a, b] = await pair();
    const payer = await Payer.open(chain, operator.address, line.lineId, 10_000n);
    const offers = await Promise.all([a, b].map(({ url }) => payer.offer(url)));
    expect(offers[0]?.receiptKey, "each has an enclave of its own").not.to.equal(offers[1]?.receiptKey);
    const requests = await Promise.all(
      Array.from({ length: REQUESTS }, async (_, i) => {
        const [home, offer] = i % 2 === 0 ? [a, offers[0]] : [b, offers[1]];
        if (offer === undefined) throw new Error("no offer");
        const prepared = await payer.prepare(offer, { text: "rise" }, { cumulative: payer.promise(offer.price) });
        return { url: home.url, prepared };
      }),
    );
    const answers = await Promise.all(requests.map(({ url, prepared }) => post(url, prepared)));
    for (const { status, text } of answers) expect(status, text).to.equal(200);
    const responses = answers.map(({ text }) => decodeResponse(JSON.parse(text)));
    for (const [i, response] of responses.entries()) {
      const prepared = requests[i]?.prepared;
      if (prepared !== undefined) await payer.open(prepared, response);
      expect(response.receipt.cumulative).to.equal(response.receipt.seq * PRICE);
    }
    const seqs = responses.map(({ receipt }) => receipt.seq).sort((x, y) => Number(x - y));
    expect(seqs).to.deep.equal(seqs.map((_, i) => BigInt(i + 1)));

    const total = BigInt(REQUESTS) * PRICE;
    for (const { url } of [a, b]) {
      const recovery = decodeRecovery(await (await fetch(`${url}/v1/channels/${payer.channel}`)).json());
      expect(recovery).to.include({ seq: BigInt(REQUESTS), metered: total });
      expect(recovery.voucher?.cumulative).to.equal(total);
    }
    for (const [i, { prepared }] of requests.entries()) {
      const other = i % 2 === 0 ? b : a;
      expect((await post(other.url, prepared)).text, "the other replica repeats it").to.equal(answers[i]?.text);
    }
    for (const { worker } of [a, b]) worker.settleAll();
    await settled(total);
    expect(await payer.paid()).to.equal(total);
    expect((await chain.escrow.getFunction("earningsOf").staticCall(operator.address, line.lineId)).earned).to.equal(
      total,
    );
    const settlements = await books.settlements.latest(100);
    expect(settlements.map(({ status }) => status)).to.deep.equal(["mined"]);
  });

  it("settle what a replica earned that is gone, with the enclave of the other one", async () => {
    const [a, b] = await pair();
    const [first, second] = [
      await Payer.open(chain, operator.address, line.lineId, 1_000n),
      await Payer.open(chain, operator.address, line.lineId, 1_000n),
    ];
    await first.infer(a.url);
    await second.infer(b.url);
    await stop(a.worker);
    b.worker.settleAll();
    await settled(2n * PRICE);
    const again = await start("a");
    await stop(b.worker);
    await first.infer(again.url);
    again.worker.settleAll();
    await settled(3n * PRICE);
    expect(await first.paid()).to.equal(2n * PRICE);
  });

  it("answer a challenge when the one that settled is gone, and serve an ended channel nowhere", async () => {
    const [a, b] = await pair({ ...PATIENT, lane: "optimistic" });
    const payer = await Payer.open(chain, operator.address, line.lineId, 1_000n, true);
    await payer.infer(a.url);
    for (const { worker } of [a, b]) worker.settleAll();
    await settled(PRICE);
    await stop(a.worker);
    await challenge(chain, payer, 0n);
    await until(async () => (await challengeOf(chain, payer)).answerBy === 0n, "the answer");
    expect(await bondsOf(chain, operator.address)).to.equal(await chain.arbiter.getFunction("BOND").staticCall());

    const again = await start("a");
    const client = createFreehold({ signer: payer.wallet, chainId: 31_337n, deployment: chain.deployment });
    const signed = await client.escrow.signCloseRequest({
      node: operator.address,
      lineId: line.lineId,
      channel: payer.channel,
      deadline: 2n ** 40n,
    });
    const word = await post(again.url, { body: JSON.stringify(encodeCloseAsk(signed)) }, "/v1/close");
    expect(word.status).to.equal(200);
    const prepared = await payer.prepare(await payer.offer(b.url), { text: "rise" });
    expect((await post(b.url, prepared)).code, "the other one knows").to.equal("channel-closing");
  });

  it("keep their enclaves' keys over a restart, and take part under free names only", async () => {
    const [a] = await pair();
    const payer = await Payer.open(chain, operator.address, line.lineId, 1_000n);
    const { receiptKey } = await payer.offer(a.url);
    const twin = await start("b").catch((error: unknown) => error);
    expect(twin).to.include({ code: "REPLICA_IN_USE" });
    await stop(a.worker);
    const again = await start("a");
    expect((await payer.offer(again.url)).receiptKey).to.equal(receiptKey);
  });

  it("settle as their policy says, each payment once, while both serve", async () => {
    const both = await pair({ ...PATIENT, value: 5n * PRICE });
    const payers = await Promise.all(
      Array.from({ length: 4 }, () => Payer.open(chain, operator.address, line.lineId, 1_000n)),
    );
    await Promise.all(
      payers.map(async (payer, i) => {
        for (let n = 0; n < 10; n++) await payer.infer(both[(i + n) % 2]?.url ?? "");
      }),
    );
    for (const { worker } of both) worker.settleAll();
    await settled(40n * PRICE);
    for (const payer of payers) expect(await payer.paid()).to.equal(10n * PRICE);
  });
});
