import type { Hex } from "@freehold/sdk";
import { measureCode } from "@freehold/worker";
import { expect } from "chai";
import { batchesOf } from "./harness/books.ts";
import { send, sharedChain, type TestChain } from "./harness/chain.ts";
import { createLine, type TestLine } from "./harness/model.ts";
import { type LocalConfig, PATIENT, PRICE } from "./harness/node.ts";
import { Payer } from "./harness/payer.ts";
import { ServedNode } from "./harness/served.ts";
import { until } from "./harness/wait.ts";

describe("worker: settlement", () => {
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

  const serve = async (changes: Partial<LocalConfig> = {}, on = line) => {
    node = await ServedNode.start(chain, on, changes);
    return node;
  };
  const open = ({ operator }: ServedNode, on = line) => Payer.open(chain, operator.address, on.lineId, 500n);

  it("settles all channels once their value is enough", async () => {
    const node = await serve({ settlement: { ...PATIENT, value: 4n * PRICE } });
    const [first, second] = [await open(node), await open(node)];
    for (const payer of [first, second, first]) await payer.infer(node.url);
    expect(await node.totals()).to.include({ settled: 0n, unsettled: 3n * PRICE });
    await second.infer(node.url);
    await node.settled(4n * PRICE);
    for (const payer of [first, second]) expect(await payer.paid()).to.equal(2n * PRICE);
    expect(
      (await chain.escrow.getFunction("earningsOf").staticCall(node.operator.address, line.lineId)).earned,
    ).to.equal(4n * PRICE);
  });

  it("settles by age of the chain, and collects", async () => {
    const node = await serve({ settlement: { ...PATIENT, age: 1_000n }, collectValue: 1n });
    await (await open(node)).infer(node.url);
    await chain.pass(1_001);
    await node.settled(PRICE);
    const unit = (await chain.escrow.getFunction("UNIT").staticCall()) as bigint;
    const balance = () => chain.token.getFunction("balanceOf").staticCall(node.operator.address) as Promise<bigint>;
    await until(async () => (await balance()) === PRICE * unit, "the earnings to be collected");
    expect(
      (await chain.escrow.getFunction("earningsOf").staticCall(node.operator.address, line.lineId)).earned,
    ).to.equal(0n);
  });

  it("settles a channel that closes, and leaves the others", async () => {
    const node = await serve();
    const [closing, other] = [await open(node), await open(node)];
    await closing.infer(node.url);
    await other.infer(node.url);
    await send(closing.wallet, chain.escrow, "requestClose", closing.node, closing.lineId, closing.channel);
    await until(async () => (await closing.paid()) === PRICE, "the closing channel to settle");
    expect(await other.paid()).to.equal(0n);
    node.worker.settleAll();
    await node.settled(2n * PRICE);
  });

  it("settles each version with its own batch, in the order in which they were served", async () => {
    const own = await createLine(chain, { measurementId: measureCode() });
    const node = await serve({}, own);
    const payer = await open(node, own);
    await payer.infer(node.url);
    await payer.infer(node.url);
    await own.append();
    await own.activate(1);
    await until(async () => (await payer.offer(node.url)).versionHash === own.hashes[1], "the version");
    await payer.infer(node.url);
    node.worker.settleAll();
    await node.settled(3n * PRICE);
    expect(await batches(chain, node)).to.deep.equal([
      [own.hashes[0], 2n * PRICE],
      [own.hashes[1], PRICE],
    ]);
  });

  it("cuts a settlement that would take too much gas", async () => {
    const node = await serve({ settlement: { ...PATIENT, maxGas: 140_000n } });
    const payers = await Promise.all(Array.from({ length: 5 }, () => open(node)));
    for (const payer of payers) await payer.infer(node.url);
    node.worker.settleAll();
    await node.settled(5n * PRICE);
    for (const payer of payers) expect(await payer.paid()).to.equal(PRICE);
    expect((await batches(chain, node)).length).to.be.greaterThan(1);
  });

  it("writes off what a withdrawn channel still owed, and bills it to nobody", async () => {
    const node = await serve();
    const [gone, payer] = [await open(node), await open(node)];
    await gone.infer(node.url);
    await payer.infer(node.url);
    await node.stop();
    await send(gone.wallet, chain.escrow, "requestClose", gone.node, gone.lineId, gone.channel);
    await chain.pass(2 * 86_400);
    await send(gone.wallet, chain.escrow, "withdrawChannel", gone.node, gone.lineId, gone.channel, gone.wallet.address);
    await node.restart();
    node.worker.settleAll();
    await node.settled(PRICE);
    expect(await node.totals()).to.include({ writtenOff: PRICE });
    expect(await gone.paid()).to.equal(0n);
  });

  it("writes off work that is older than the escrow takes", async () => {
    const node = await serve();
    const payer = await open(node);
    await payer.infer(node.url);
    await node.stop();
    await chain.pass(Number(await chain.escrow.getFunction("MAX_BATCH_AGE").staticCall()) + 10);
    await node.restart();
    await until(async () => (await node.totals()).writtenOff === PRICE, "the write-off");
    await payer.infer(node.url);
    node.worker.settleAll();
    await node.settled(PRICE);
    expect(await payer.paid(), "not billed with what came later").to.equal(PRICE);
  });

  it("registers a new generation of keys before the old one ends, and settles the old one's work", async () => {
    const node = await serve();
    const payer = await open(node);
    const before = await payer.infer(node.url);
    const old = await payer.offer(node.url);
    await chain.pass(Number(old.validUntil - before.receipt.workedAt) - 3_600);
    const renewed = await until(async () => {
      const offer = await payer.offer(node.url);
      return offer.receiptKey !== old.receiptKey && offer;
    }, "the new keys");
    expect(renewed.validUntil > old.validUntil).to.equal(true);
    await payer.infer(node.url);
    node.worker.settleAll();
    await node.settled(2n * PRICE);
    expect(await payer.paid()).to.equal(2n * PRICE);
  });
});

/** Version hash and units of every batch of a node, oldest first. */
async function batches(chain: TestChain, node: ServedNode): Promise<[Hex, bigint][]> {
  return (await batchesOf(chain, node)).map(({ versionHash, total }) => [versionHash, total]);
}
