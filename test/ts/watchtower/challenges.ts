import { Lane } from "@freehold/sdk";
import { expect } from "chai";
import {
  createBook,
  type Scene,
  startScene,
  type TestBook,
  type TestChannel,
  TestTower,
  voucherOf,
  wordOf,
} from "./harness/scene.ts";

const HOUR = 3_600n;
const DAY = 24n * HOUR;
const YEAR = 365n * DAY;

describe("watchtower: challenges", () => {
  let scene: Scene;
  let book: TestBook;
  let tower: TestTower;
  let bond: bigint;
  let answerPeriod: bigint;

  before(async () => {
    scene = await startScene();
    ({ bond, answerPeriod } = await scene.world.operator.arbiter.parameters());
  });

  after(() => scene.close());

  beforeEach(async function () {
    book = await createBook(scene.world, this.currentTest?.title ?? "");
    tower = await TestTower.start(scene);
  });

  const id = ({ channel }: TestChannel) => ({ node: book.node, lineId: book.lineId, channel });
  const tokens = async () => scene.world.token.balanceOf(tower.wallet.address);
  const deadline = async () => (await scene.now()) + YEAR;
  /** An enclave that bills `amount` units that nobody signed for, or that somebody did. */
  const debit = async (of: TestChannel, amount: bigint) => {
    await (await scene.world.operator.escrow.settle(await book.settlement(Lane.Optimistic, [{ of, amount }]))).wait();
  };
  const challengeOf = (of: TestChannel) => scene.world.operator.arbiter.challengeOf(id(of));
  const owedToPayer = async () =>
    scene.world.payer.escrow.owed({ account: await scene.world.signers.payer.getAddress() });

  it("case 51: a payer who is away is debited for what he never signed, and his tower gets all of it back", async () => {
    const of = await book.open({ amount: 100_000n, optimistic: true });
    const before = await tokens();
    const job = await tower.add(await wordOf(book, of, 1_000n, await deadline()));
    await debit(of, 1_000n);
    await tower.settle();
    expect(await tower.sent(), "what he signed for is the node's").to.equal(0);

    // He is away for more than the vest period from here on.
    await debit(of, 60_000n);
    const owed = await owedToPayer();
    await tower.settle();
    expect(await tower.sent(), "a newer word may be on its way").to.equal(0);
    await scene.pass(HOUR);
    await tower.settle();
    expect(tower.steps(job)).to.deep.equal(["approve", "challenge"]);
    const { vesting, earned } = await scene.world.operator.escrow.earningsOf(id(of));
    expect([vesting, earned], "it is set aside before it vests").to.deep.equal([1_000n, 0n]);
    expect(await tokens()).to.equal(before - bond);

    await scene.pass(answerPeriod + 1n);
    await tower.settle();
    expect(tower.steps(job)).to.deep.equal(["approve", "challenge", "uphold", "withdraw"]);
    expect(tower.outcome(job)).to.equal("done: upheld");
    expect(await tokens(), "the bond is back").to.equal(before);
    expect((await owedToPayer()) - owed, "all but what he signed for").to.equal(99_000n);
    await scene.pass(3n * DAY);
    const paid = await scene.world.operator.escrow.earningsOf(id(of));
    expect(paid.earned).to.equal(1_000n);
    expect(await tower.sent()).to.equal(4);
  });

  it("waits no longer than a quarter of the vest period, whatever it is told", async () => {
    tower = await TestTower.start(scene, { challengeDelay: YEAR });
    const of = await book.open({ optimistic: true });
    const job = await tower.add(await wordOf(book, of, 0n, await deadline()));
    await debit(of, 10n);
    await tower.settle();
    await scene.pass(DAY / 4n);
    await tower.settle();
    expect(tower.steps(job)).to.include("challenge");
  });

  it("challenges before the word's deadline, and never after it", async () => {
    const [soon, late] = [await book.open({ optimistic: true }), await book.open({ optimistic: true })];
    const end = (await scene.now()) + HOUR + 100n;
    const first = await tower.add(await wordOf(book, soon, 0n, end));
    const second = await tower.add(await wordOf(book, late, 0n, end));
    const idle = await tower.add(await wordOf(book, await book.open({ optimistic: true }), 0n, end));
    await debit(soon, 10n);
    await scene.at(end - HOUR);
    await tower.settle();
    expect(tower.steps(first)).to.deep.equal(["approve", "challenge"]);
    await scene.at(end);
    await debit(late, 10n);
    await tower.settle();
    expect([second, idle].map((one) => tower.outcome(one))).to.deep.equal(["failed: expired", "done: expired"]);
  });

  it("forgets a word when a newer one of the same signer comes", async () => {
    const of = await book.open({ optimistic: true });
    const end = await deadline();
    const old = await tower.add(await wordOf(book, of, 100n, end));
    await debit(of, 300n);
    await tower.settle();
    const stranger = { ...of, signer: (await book.open()).signer };
    const foreign = await tower.add(await wordOf(book, stranger, 2n ** 50n, end));
    const newer = await tower.add(await wordOf(book, of, 300n, end));
    await scene.pass(HOUR);
    await tower.settle();
    expect([old, newer, foreign].map((one) => tower.outcome(one))).to.deep.equal([
      "done: superseded",
      "open",
      "failed: bad-signature",
    ]);
    expect(await tower.sent()).to.equal(0);
  });

  it("loses its bond when the voucher exists, and stops", async () => {
    const of = await book.open({ optimistic: true });
    const before = await tokens();
    const job = await tower.add(await wordOf(book, of, 100n, await deadline()));
    await debit(of, 300n);
    await tower.settle();
    await scene.pass(HOUR);
    await tower.settle();
    // The word was a lie: he signed for 300.
    const nodes = await TestTower.start(scene);
    const answering = await nodes.add(await voucherOf(book, of, 300n));
    await nodes.settle();
    expect(nodes.steps(answering)).to.deep.equal(["answer"]);
    await scene.pass(answerPeriod + 1n);
    await tower.settle();
    expect(tower.outcome(job)).to.equal("failed: answered");
    expect(await tokens()).to.equal(before - bond);
    expect(await scene.world.operator.arbiter.bondsOf({ account: book.node })).to.equal(bond);
    expect(nodes.outcome(answering), "the next challenge can come").to.equal("open");
  });

  it("answers with the highest voucher, within the time, and goes on", async () => {
    const of = await book.open({ optimistic: true });
    const [payersTower, nodesTower] = [await TestTower.start(scene, { challengeDelay: 0n }), tower];
    await debit(of, 500n);
    const low = await nodesTower.add(await voucherOf(book, of, 200n));
    const high = await nodesTower.add(await voucherOf(book, of, 400n));
    const job = await payersTower.add(await wordOf(book, of, 100n, await deadline()));
    await payersTower.settle();
    await nodesTower.settle();
    expect([nodesTower.outcome(low), nodesTower.outcome(high)]).to.deep.equal(["done: superseded", "open"]);
    expect(await challengeOf(of)).to.include({ asserted: 400n, debited: 500n });
    await nodesTower.settle();
    expect(nodesTower.problems(high)).to.deep.equal(["a challenge asks for 500 units, the voucher is over 400"]);
    const full = await nodesTower.add(await voucherOf(book, of, 500n));
    await nodesTower.settle();
    expect(nodesTower.steps(full)).to.deep.equal(["answer"]);
    expect((await challengeOf(of)).answerBy).to.equal(0n);
    await payersTower.settle();
    expect(payersTower.outcome(job)).to.equal("failed: answered");
  });

  it("upholds what somebody else challenged, and what was answered in part", async () => {
    const of = await book.open({ amount: 10_000n, optimistic: true });
    const job = await tower.add(await wordOf(book, of, 100n, await deadline()));
    await debit(of, 500n);
    const { payer, token, signers } = scene.world;
    await (await token.mint(await signers.payer.getAddress(), bond)).wait();
    await (await payer.arbiter.approveBond()).wait();
    await (await payer.arbiter.challenge({ ...id(of), asserted: 100n })).wait();
    const owed = await owedToPayer();
    const partial = { ...id(of), cumulative: 300n, signature: await book.voucher(of, 300n) };
    await (await scene.world.stranger.arbiter.answer(partial)).wait();
    await tower.settle();
    expect(await tower.sent()).to.equal(0);
    await scene.pass(answerPeriod + 1n);
    await tower.settle();
    expect(tower.steps(job)).to.deep.equal(["uphold"]);
    expect((await owedToPayer()) - owed).to.equal(9_700n);
    expect(tower.outcome(job)).to.equal("open");
  });

  it("approves once, and collects bonds once, for several challenges", async () => {
    const before = await tokens();
    const channels = [await book.open({ optimistic: true }), await book.open({ optimistic: true })];
    const jobs = [];
    for (const of of channels) jobs.push(await tower.add(await wordOf(book, of, 0n, await deadline())));
    for (const of of channels) await debit(of, 10n);
    await tower.settle();
    await scene.pass(HOUR);
    await tower.settle();
    expect(await tokens()).to.equal(before - 2n * bond);
    await scene.pass(answerPeriod + 1n);
    await tower.settle();
    expect(jobs.map((job) => tower.outcome(job))).to.deep.equal(["done: upheld", "done: upheld"]);
    expect(jobs.flatMap((job) => tower.steps(job)).toSorted()).to.deep.equal([
      "approve",
      "challenge",
      "challenge",
      "uphold",
      "uphold",
      "withdraw",
    ]);
    expect(await tokens()).to.equal(before);
  });

  it("stakes no more bonds at once than it may, and none that it does not have", async () => {
    tower = await TestTower.start(scene, { challengeDelay: 0n, maxBonds: 1 });
    const channels = [await book.open({ optimistic: true }), await book.open({ optimistic: true })];
    const jobs: string[] = [];
    for (const of of channels) jobs.push(await tower.add(await wordOf(book, of, 0n, await deadline())));
    for (const of of channels) await debit(of, 10n);
    await tower.settle();
    expect(jobs.flatMap((job) => tower.steps(job)).filter((step) => step === "challenge")).to.have.length(1);
    expect(jobs.flatMap((job) => tower.problems(job))).to.include(
      "it should challenge, and 1 bonds are at stake already",
    );

    const poor = await TestTower.start(scene, { challengeDelay: 0n }, 0n);
    const of = await book.open({ optimistic: true });
    const job = await poor.add(await wordOf(book, of, 0n, await deadline()));
    await debit(of, 10n);
    for (let i = 0; i < 4; i++) await poor.turn();
    expect(poor.problems(job).at(-1)).to.match(/^challenge cannot be sent: .*ERC20InsufficientBalance/);
    await (await scene.world.token.mint(poor.wallet.address, bond)).wait();
    await poor.settle();
    expect(poor.steps(job)).to.deep.equal(["approve", "challenge"]);
  });

  it("has nothing to do for channels that lane O cannot reach, or that do not exist", async () => {
    const of = await book.open();
    const end = await deadline();
    const jobs = [
      await tower.add(await wordOf(book, of, 0n, end)),
      await tower.add(await voucherOf(book, of, 5n)),
      await tower.add(await wordOf(book, { ...of, channel: 77n }, 0n, end)),
      await tower.add(await voucherOf(book, { ...of, channel: 77n }, 5n)),
    ];
    await tower.settle();
    expect(jobs.map((job) => tower.outcome(job))).to.deep.equal([
      "done: not-needed",
      "done: not-needed",
      "open",
      "open",
    ]);
    expect(tower.problems(jobs[2] ?? "")).to.deep.equal(["its channel does not exist"]);
    expect(await tower.sent()).to.equal(0);
  });

  it("an enclave that bills in lane V cannot be challenged for what was signed", async () => {
    const of = await book.open({ optimistic: true });
    const job = await tower.add(await wordOf(book, of, 300n, await deadline()));
    await (
      await scene.world.operator.escrow.settle(
        await book.settlement(Lane.Voucher, [{ of, signed: 300n, metered: 900n }]),
      )
    ).wait();
    await tower.settle();
    await scene.pass(2n * HOUR);
    await tower.settle();
    expect(tower.outcome(job)).to.equal("open");
    expect(await tower.sent()).to.equal(0);
  });
});
