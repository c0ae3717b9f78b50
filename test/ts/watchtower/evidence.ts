import {
  type Batch,
  type Hex,
  Lane,
  Offence,
  type Receipt,
  type SignedReceipt,
  signBatch,
  signReceipt,
} from "@freehold/sdk";
import { batchOffenceId, proofsOf, receiptOffenceId } from "@freehold/sdk/watchtower";
import { expect } from "chai";
import { id, type Wallet } from "ethers";
import { createBook, type Scene, startScene, type TestBook, TestTower } from "./harness/scene.ts";

const FAR = 2n ** 40n - 1n;

describe("watchtower: evidence", () => {
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

  const receipt = async (changes: Partial<Receipt> = {}, signer: Wallet = book.enclave): Promise<SignedReceipt> => {
    const value: Receipt = {
      node: book.node,
      channel: 0n,
      seq: 1n,
      cumulative: 10n,
      price: 10n,
      lineId: book.lineId,
      versionHash: book.versionHash,
      requestHash: id("request") as Hex,
      responseHash: id("response") as Hex,
      inputCommitment: id("input") as Hex,
      outputCommitment: id("output") as Hex,
      workedAt: await scene.now(),
      ...changes,
    };
    return { receipt: value, signature: await signReceipt(signer, book.domain, value) };
  };

  const give = async (...receipts: SignedReceipt[]) => {
    const job = await tower.add({ kind: "receipts", receipts });
    await tower.settle();
    return job;
  };
  const stake = async () => (await scene.world.operator.nodes.nodeOf({ node: book.node })).stake;
  const isConvicted = (offence: Offence, { receipt: of }: SignedReceipt) => {
    const offenceId = receiptOffenceId(book.domain.verifyingContract, offence, of);
    return scene.world.operator.arbiter.isConvicted({ offenceId });
  };

  it("convicts of two receipts with one number, once, whoever brings them", async () => {
    await book.open();
    const [first, second] = [await receipt(), await receipt({ responseHash: id("another") as Hex })];
    const before = await stake();
    const job = await give(first, second);
    expect(tower.steps(job)).to.deep.equal(["prove DoubleReceipt"]);
    expect(tower.outcome(job)).to.equal("done: convicted");
    expect(await isConvicted(Offence.DoubleReceipt, first)).to.equal(true);
    const { penalty } = await scene.world.operator.arbiter.parameters();
    expect(before - (await stake())).to.equal(penalty);
    const again = await give(second, first);
    expect(tower.outcome(again)).to.equal("done: convicted");
    expect(await tower.sent()).to.equal(1);
  });

  it("convicts of a meter that runs backwards, in either order", async () => {
    await book.open();
    const [earlier, later] = [await receipt({ seq: 3n, cumulative: 30n }), await receipt({ seq: 7n, cumulative: 39n })];
    const job = await give(later, earlier);
    expect(tower.steps(job)).to.deep.equal(["prove BackwardMeter"]);
    expect(await isConvicted(Offence.BackwardMeter, later)).to.equal(true);
  });

  it("convicts of one receipt that is late, or for a version that was not payable, and of both", async () => {
    await book.open();
    const { validUntil } = await scene.world.operator.nodes.enclaveOf({ receiptKey: book.enclave.address });
    const late = await receipt({ workedAt: validUntil + 1n });
    expect(tower.steps(await give(late))).to.deep.equal(["prove LateReceipt"]);
    const stale = await receipt({ versionHash: id("never active") as Hex, seq: 2n });
    expect(tower.steps(await give(stale))).to.deep.equal(["prove StaleReceipt"]);
    const both = await receipt({ versionHash: id("never active") as Hex, seq: 3n, workedAt: validUntil + 5n });
    const job = await give(both);
    expect(tower.steps(job)).to.deep.equal(["prove LateReceipt", "prove StaleReceipt"]);
    expect(tower.outcome(job)).to.equal("done: convicted");
  });

  it("convicts of two batches with one nonce", async () => {
    const of = await book.open();
    const { batch, signature } = await book.settlement(Lane.Voucher, [{ of, signed: 5n }]);
    const other: Batch = { ...batch, lastAt: batch.lastAt - 1n };
    const job = await tower.add({
      kind: "batches",
      batches: [
        { batch, signature },
        { batch: other, signature: await signBatch(book.enclave, book.domain, other) },
      ],
    });
    await tower.settle();
    expect(tower.steps(job)).to.deep.equal(["prove DoubleBatch"]);
    const offenceId = batchOffenceId(book.domain.verifyingContract, batch);
    expect(await scene.world.operator.arbiter.isConvicted({ offenceId })).to.equal(true);
    expect(await scene.world.operator.nodes.compensationOf({ victim: tower.wallet.address })).to.be.greaterThan(0n);
    const same = await tower.add({
      kind: "batches",
      batches: [
        { batch, signature },
        { batch, signature },
      ],
    });
    await tower.settle();
    expect(tower.outcome(same)).to.equal("failed: no-offence");
  });

  it("accuses nobody of what is no offence, nor on the word of a key that is no enclave of the node", async () => {
    const [of] = [await book.open()];
    const honest = [await receipt(), await receipt({ seq: 2n, cumulative: 20n })] as const;
    const { batch } = await book.settlement(Lane.Voucher, [{ of, signed: 5n }]);
    const forged = await signBatch(of.signer, book.domain, { ...batch, nonce: 0n, lastAt: 1n });
    const jobs = [
      await give(honest[0]),
      await give(...honest),
      await give(honest[0], honest[0]),
      await give(honest[0], await receipt({ channel: 1n, responseHash: id("other channel") as Hex })),
      await give(await receipt({ workedAt: FAR }, of.signer)),
      await give({ ...honest[0], signature: `0x${"00".repeat(65)}` }),
      await tower.add({
        kind: "batches",
        batches: [
          { batch, signature: forged },
          { batch: { ...batch, lastAt: 1n }, signature: forged },
        ],
      }),
    ];
    await tower.settle();
    expect(jobs.map((job) => tower.outcome(job))).to.deep.equal([
      ...Array(4).fill("failed: no-offence"),
      ...Array(3).fill("failed: bad-signature"),
    ]);
    expect(await tower.sent()).to.equal(0);
  });

  it("keeps a receipt from the future until its time has come", async () => {
    await book.open();
    const { validUntil } = await scene.world.operator.nodes.enclaveOf({ receiptKey: book.enclave.address });
    const workedAt = validUntil - 10n;
    const job = await give(await receipt({ workedAt }));
    expect(tower.outcome(job)).to.equal("open");
    await (await scene.world.operator.nodes.revokeEnclave({ receiptKey: book.enclave.address })).wait();
    await scene.at(workedAt);
    await tower.settle();
    expect(tower.outcome(job)).to.equal("done: convicted");
  });

  it("finds in two receipts whatever they show, and nothing more", async () => {
    const facts = [
      { promisedUntil: 100n, payableUntil: FAR },
      { promisedUntil: 100n, payableUntil: FAR },
    ];
    const find = async (a: Partial<Receipt>, b: Partial<Receipt>) => {
      const receipts = [await receipt({ workedAt: 50n, ...a }), await receipt({ workedAt: 50n, ...b })];
      return proofsOf(receipts, facts).map(({ offence }) => offence);
    };
    expect(await find({}, {})).to.deep.equal([]);
    expect(await find({}, { price: 9n })).to.deep.equal([Offence.DoubleReceipt]);
    expect(await find({ cumulative: 10n }, { seq: 2n, cumulative: 20n })).to.deep.equal([]);
    expect(await find({ cumulative: 10n }, { seq: 2n, cumulative: 19n })).to.deep.equal([Offence.BackwardMeter]);
    expect(await find({ seq: 2n, cumulative: 19n }, { cumulative: 10n })).to.deep.equal([Offence.BackwardMeter]);
    expect(await find({ workedAt: 101n }, { workedAt: 100n, seq: 2n, cumulative: 20n })).to.deep.equal([
      Offence.LateReceipt,
    ]);
    expect(await find({ node: scene.world.address("Token") }, { price: 1n })).to.deep.equal([]);
  });
});
