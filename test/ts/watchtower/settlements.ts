import { Lane } from "@freehold/sdk";
import { expect } from "chai";
import { createBook, type Scene, startScene, type TestBook, TestTower } from "./harness/scene.ts";

const HOUR = 3_600n;
const DAY = 24n * HOUR;

describe("watchtower: settlements", () => {
  let scene: Scene;
  let book: TestBook;
  let tower: TestTower;

  before(async () => {
    scene = await startScene();
  });

  after(() => scene.close());

  beforeEach(async function () {
    book = await createBook(scene.world, this.currentTest?.title ?? "");
    tower = await TestTower.start(scene);
  });

  const earnings = () => scene.world.operator.escrow.earningsOf({ node: book.node, lineId: book.lineId });
  const requestClose = async (channel: bigint) => {
    const { node, lineId } = book;
    return (await (await scene.world.payer.escrow.requestClose({ node, lineId, channel })).wait()).closeAt;
  };

  it("case 17: a node is censored for all of the close but its last hour, and its tower lands the settlement", async () => {
    const of = await book.open();
    const id = await tower.add({
      kind: "settlement",
      ...(await book.settlement(Lane.Voucher, [{ of, signed: 700n }])),
    });
    await tower.settle();
    expect(await tower.sent(), "nothing is urgent").to.equal(0);

    // The payer leaves; nothing that the node sends gets into a block.
    const closeAt = await requestClose(of.channel);
    await scene.at(closeAt - HOUR - 2n);
    await tower.settle();
    expect(await tower.sent(), "it is the node's turn").to.equal(0);

    await scene.at(closeAt - HOUR);
    await tower.settle();
    expect(tower.outcome(id)).to.equal("done: landed");
    expect(await tower.sent()).to.equal(1);
    expect(await earnings()).to.include({ earned: 700n, nextNonce: 1n });

    const { node, lineId } = book;
    await scene.at(closeAt);
    const withdrawn = await scene.world.payer.escrow.withdrawChannel({ node, lineId, channel: of.channel });
    expect((await withdrawn.wait()).refund).to.equal(999_300n);
  });

  it("lands it in the last second of the close, too", async () => {
    const of = await book.open();
    const id = await tower.add({ kind: "settlement", ...(await book.settlement(Lane.Voucher, [{ of, signed: 5n }])) });
    await scene.at((await requestClose(of.channel)) - 1n);
    await tower.settle();
    expect(tower.outcome(id)).to.equal("done: landed");
    expect((await earnings()).earned).to.equal(5n);
  });

  it("does nothing when the node settled itself, or gave the nonce up", async () => {
    const of = await book.open();
    const first = await book.settlement(Lane.Voucher, [{ of, signed: 5n }]);
    const id = await tower.add({ kind: "settlement", ...first });
    await tower.settle();
    await (await scene.world.operator.escrow.settle(first)).wait();
    await tower.settle();
    expect(tower.outcome(id)).to.equal("done: not-needed");
    const second = await tower.add({
      kind: "settlement",
      ...(await book.settlement(Lane.Voucher, [{ of, signed: 9n }])),
    });
    await (await scene.world.operator.escrow.skipBatch({ lineId: book.lineId, nonce: 1n })).wait();
    await tower.settle();
    expect(tower.outcome(second)).to.equal("done: not-needed");
    expect(await tower.sent()).to.equal(0);
  });

  it("lands the batches before an urgent one first, each once", async () => {
    const [early, late] = [await book.open(), await book.open()];
    const batches = [
      await book.settlement(Lane.Voucher, [{ of: early, signed: 10n }]),
      await book.settlement(Lane.Voucher, [{ of: early, signed: 20n }], { nonce: 1n }),
      await book.settlement(Lane.Voucher, [{ of: late, signed: 30n }], { nonce: 2n }),
    ];
    const ids: string[] = [];
    for (const settlement of batches.toReversed()) ids.unshift(await tower.add({ kind: "settlement", ...settlement }));
    const closeAt = await requestClose(late.channel);
    await scene.at(closeAt - HOUR);
    await tower.settle();
    expect(ids.map((id) => tower.outcome(id))).to.deep.equal(Array(3).fill("done: landed"));
    expect(await tower.sent()).to.equal(3);
    expect(await earnings()).to.include({ earned: 50n, nextNonce: 3n });
  });

  it("says so when a batch before is missing, and lands it when that is there", async () => {
    const of = await book.open();
    const missing = await book.settlement(Lane.Voucher, [{ of, signed: 10n }]);
    const id = await tower.add({
      kind: "settlement",
      ...(await book.settlement(Lane.Voucher, [{ of, signed: 20n }], { nonce: 1n })),
    });
    await scene.at((await requestClose(of.channel)) - HOUR);
    await tower.settle();
    expect(tower.problems(id)).to.deep.equal(["nonce 1 is due, 0 is next"]);
    await tower.add({ kind: "settlement", ...missing });
    await tower.settle();
    expect(tower.outcome(id)).to.equal("done: landed");
    expect((await earnings()).earned).to.equal(20n);
  });

  it("lands what gets too old, of either lane, and gives up what is", async () => {
    const of = await book.open({ optimistic: true });
    const batch = await book.settlement(Lane.Optimistic, [{ of, amount: 10n }]);
    const next = await book.settlement(Lane.Optimistic, [{ of, amount: 10n }], {
      nonce: 1n,
      lastAt: batch.batch.lastAt - 2n * HOUR,
    });
    const id = await tower.add({ kind: "settlement", ...batch });
    const { maxBatchAge } = await scene.world.operator.escrow.parameters();
    await scene.at(batch.batch.lastAt + maxBatchAge - HOUR - 1n);
    await tower.settle();
    expect(tower.outcome(id)).to.equal("open");
    await scene.pass(1n);
    await tower.settle();
    expect(tower.outcome(id)).to.equal("done: landed");
    expect((await earnings()).vesting).to.equal(10n);
    const old = await tower.add({ kind: "settlement", ...next });
    await tower.settle();
    expect(tower.outcome(old)).to.equal("failed: too-old");
  });

  it("is not kept from it by rows of channels that are closed, or were never opened", async () => {
    const [of, gone] = [await book.open(), await book.open()];
    await (await scene.world.operator.escrow.release({ lineId: book.lineId, channel: gone.channel })).wait();
    const rows = [of, gone, { ...of, channel: 5_000n }].map((one) => ({ of: one, signed: 5n }));
    const id = await tower.add({ kind: "settlement", ...(await book.settlement(Lane.Voucher, rows)) });
    await tower.settle();
    await scene.at((await requestClose(of.channel)) - HOUR);
    await tower.settle();
    expect(tower.outcome(id)).to.equal("done: landed");
    expect((await earnings()).earned).to.equal(5n);
  });

  it("believes only blocks that are final", async () => {
    const cautious = await TestTower.start(scene, {}, 0n, 60, 2);
    const of = await book.open();
    const [own, landed] = [await book.settlement(Lane.Voucher, [{ of, signed: 5n }]), await scene.now()];
    const id = await cautious.add({ kind: "settlement", ...own });
    await cautious.turn();
    await (await scene.world.operator.escrow.settle(own)).wait();
    await cautious.turn();
    expect(cautious.outcome(id)).to.equal("open");
    const settlement = await book.settlement(Lane.Voucher, [{ of, signed: 9n }]);
    const next = await cautious.add({ kind: "settlement", ...settlement, landFrom: landed });
    await cautious.turn();
    expect(cautious.steps(next)).to.deep.equal(["settle pending"]);
    await scene.pass(1n);
    await cautious.turn();
    expect([cautious.outcome(id), cautious.steps(next)]).to.deep.equal(["done: not-needed", ["settle pending"]]);
    await scene.pass(1n);
    await cautious.turn();
    expect(cautious.outcome(next)).to.equal("done: landed");
  });

  it("lands it from a time on that the node asked for", async () => {
    const of = await book.open();
    const landFrom = (await scene.now()) + DAY;
    const settlement = await book.settlement(Lane.Voucher, [{ of, signed: 10n }]);
    const id = await tower.add({ kind: "settlement", ...settlement, landFrom });
    await scene.at(landFrom - 1n);
    await tower.settle();
    expect(tower.outcome(id)).to.equal("open");
    await scene.at(landFrom);
    await tower.settle();
    expect(tower.outcome(id)).to.equal("done: landed");
  });

  it("sends nothing that the escrow would refuse, or that would pay nothing", async () => {
    const of = await book.open();
    const settlement = await book.settlement(Lane.Voucher, [{ of, signed: 10n }]);
    const landFrom = await scene.now();
    const signature = await scene.world.signers.stranger.signMessage("no batch");
    const bad = await tower.add({ kind: "settlement", ...settlement, signature: signature as `0x${string}`, landFrom });
    const dry = await tower.add({
      kind: "settlement",
      ...(await book.settlement(Lane.Voucher, [{ of, signed: 0n }])),
      landFrom,
    });
    await tower.settle();
    expect(tower.problems(bad)[0]).to.match(
      /the escrow refuses it: NodeRegistry reverted: NodeRegistry_NotTheNodesEnclave|refuses it/,
    );
    expect(tower.problems(dry)).to.deep.equal(["it is due, and none of its rows would pay"]);
    expect(await tower.sent()).to.equal(0);
  });
});
