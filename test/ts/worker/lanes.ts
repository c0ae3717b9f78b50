import { type Debt, Lane } from "@freehold/sdk";
import { measureCode } from "@freehold/worker";
import { expect } from "chai";
import { Registrar } from "../../../worker/dist/chain/registration.js";
import { Sender } from "../../../worker/dist/chain/sender.js";
import type { Chain } from "../../../worker/dist/chain/types.js";
import type { Enclave } from "../../../worker/dist/enclave/enclave.js";
import { createServer } from "../../../worker/dist/http/server.js";
import { laneOf } from "../../../worker/dist/settlement/policy.js";
import { batchesOf, bookState } from "./harness/books.ts";
import { send, sharedChain, type TestChain } from "./harness/chain.ts";
import { createLine, type TestLine } from "./harness/model.ts";
import { type LocalConfig, PATIENT, PRICE, workerConfig } from "./harness/node.ts";
import { Payer } from "./harness/payer.ts";
import { ServedNode } from "./harness/served.ts";
import { until } from "./harness/wait.ts";

const OPTIMISTIC = { ...PATIENT, lane: "optimistic" } as const;

describe("worker: lanes of a settlement", () => {
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

  const serve = async (changes: Partial<LocalConfig>) => {
    node = await ServedNode.start(chain, line, changes);
    return node;
  };
  const open = ({ operator }: ServedNode, optimistic: boolean) =>
    Payer.open(chain, operator.address, line.lineId, 500n, optimistic);
  const settle = async (node: ServedNode, units: bigint) => {
    node.worker.settleAll();
    await node.settled(units);
  };

  it("settles an optimistic channel by voucher unless the node opts in", async () => {
    const node = await serve({});
    const payer = await open(node, true);
    await payer.infer(node.url);
    await settle(node, PRICE);
    expect(await batches(chain, node)).to.deep.equal([[Lane.Voucher, 0, PRICE]]);
    expect(await bookState(chain, node)).to.include({ earned: PRICE, vesting: 0n });
  });

  it("debits optimistic channels by the enclave's word, the others by voucher: one batch each, one nonce each", async () => {
    const node = await serve({ settlement: OPTIMISTIC });
    const [careful, first, second] = [await open(node, false), await open(node, true), await open(node, true)];
    for (const payer of [first, careful, second, first]) await payer.infer(node.url);
    await settle(node, 4n * PRICE);
    expect((await batches(chain, node)).toSorted()).to.deep.equal([
      [Lane.Voucher, 0, PRICE],
      [Lane.Optimistic, 1, 3n * PRICE],
    ]);
    expect(await first.paid()).to.equal(2n * PRICE);
    expect(await second.paid()).to.equal(PRICE);
    expect(await bookState(chain, node), "pay of lane O vests").to.include({ earned: PRICE, vesting: 3n * PRICE });
    expect(await node.settlements()).to.have.length(2);

    // The next debit of the same channel takes what is owed since, not all of it again.
    await first.infer(node.url);
    await settle(node, 5n * PRICE);
    expect(await first.paid()).to.equal(3n * PRICE);
    const recovered = (await (await fetch(`${node.url}/v1/channels/${first.channel}`)).json()) as {
      voucher: { cumulative: string };
    };
    expect(recovered.voucher.cumulative, "it can still be shown").to.equal(String(3n * PRICE));
  });

  it("shows the voucher when an optimistic channel closes: nothing else debits it then", async () => {
    const node = await serve({ settlement: OPTIMISTIC });
    const [closing, other] = [await open(node, true), await open(node, true)];
    for (const payer of [closing, other]) await payer.infer(node.url);
    await send(closing.wallet, chain.escrow, "requestClose", closing.node, closing.lineId, closing.channel);
    await until(async () => (await closing.paid()) === PRICE, "the closing channel to settle");
    expect(await batches(chain, node)).to.deep.equal([[Lane.Voucher, 0, PRICE]]);
    expect(await other.paid()).to.equal(0n);
    await settle(node, 2n * PRICE);
    expect((await batches(chain, node)).at(-1)).to.deep.equal([Lane.Optimistic, 1, PRICE]);
  });

  it("lets stake stand behind lane O when it opts in, and shows vouchers for what stake does not stand behind", async () => {
    const node = await serve({ settlement: OPTIMISTIC });
    const payer = await open(node, true);
    const earnings = () => chain.escrow.getFunction("earningsOf").staticCall(node.operator.address, line.lineId);
    expect((await earnings()).share).to.equal(1n);
    const { stake } = await chain.nodes.getFunction("nodeOf").staticCall(node.operator.address);
    const unit = (await chain.escrow.getFunction("UNIT").staticCall()) as bigint;
    expect((await earnings()).limit).to.equal(stake / 4n / unit);
    await send(node.operator, chain.nodes, "requestThaw", stake);
    await payer.infer(node.url);
    await settle(node, PRICE);
    expect(await batches(chain, node)).to.deep.equal([[Lane.Voucher, 0, PRICE]]);
  });

  it("refuses to start optimistically where the escrow has no such lane", async () => {
    const { addresses } = workerConfig(chain, line);
    const { log } = createServer({ logLevel: "silent", bodyLimit: 1_024 });
    const registrar = (hasLane: boolean) => {
      const of = { hasOptimisticLane: async () => hasLane, stakeShare: async () => 1 } as Partial<Chain> as Chain;
      const sender = new Sender(chain.provider, 31_337n, `0x${"01".repeat(32)}`, (work) => work());
      return new Registrar(chain.provider, of, sender, {} as Enclave, addresses, log);
    };
    await registrar(false).requireLane("voucher", line.lineId);
    await registrar(true).requireLane("optimistic", line.lineId);
    const refused = await registrar(false)
      .requireLane("optimistic", line.lineId)
      .catch((error: unknown) => error);
    expect(refused).to.include({ code: "LANE_UNAVAILABLE" });
  });

  it("shows the voucher of what is too much for a row without one, and of a channel that is challenged", () => {
    const debt = (amount: bigint): Debt => ({
      channel: 0n,
      lineId: line.lineId,
      versionHash: line.lineId,
      amount,
      accounted: 5n,
      voucher: { cumulative: 2n ** 40n, signature: "0x" },
      firstAt: 0n,
      lastAt: 0n,
      since: 0n,
    });
    const channel = { deposited: 2n ** 41n, paid: 5n, closeAt: 0n, optimistic: true, closed: false };
    const most = 2n ** 32n - 1n;
    expect(laneOf("optimistic", debt(most), channel, false)).to.equal(Lane.Optimistic);
    expect(laneOf("optimistic", debt(most + 1n), channel, false)).to.equal(Lane.Voucher);
    expect(laneOf("optimistic", debt(1n), channel, true)).to.equal(Lane.Voucher);
    expect(laneOf("optimistic", debt(1n), undefined, false)).to.equal(Lane.Voucher);
    expect(laneOf("voucher", debt(1n), channel, false)).to.equal(Lane.Voucher);
  });

  it("takes over what was debited while it was dead, once", async () => {
    const node = await serve({ settlement: OPTIMISTIC });
    const payer = await open(node, true);
    await payer.infer(node.url);
    await chain.provider.send("evm_setAutomine", [false]);
    try {
      node.worker.settleAll();
      await until(async () => (await node.settlements()).length === 1, "the settlement");
      await node.stop();
      await chain.provider.send("evm_mine", []);
    } finally {
      await chain.provider.send("evm_setAutomine", [true]);
    }
    await node.restart();
    await node.settled(PRICE);
    expect(await payer.paid()).to.equal(PRICE);
    await payer.infer(node.url);
    await settle(node, 2n * PRICE);
    expect(await payer.paid()).to.equal(2n * PRICE);
    expect(await batches(chain, node)).to.deep.equal([
      [Lane.Optimistic, 0, PRICE],
      [Lane.Optimistic, 1, PRICE],
    ]);
  });
});

/** Lane, nonce and units of every batch of a node, oldest first. */
async function batches(chain: TestChain, node: ServedNode): Promise<[number, number, bigint][]> {
  return (await batchesOf(chain, node)).map(({ lane, nonce, total }) => [lane, nonce, total]);
}
