import {
  createSettler,
  type Debt,
  FreeholdError,
  Lane,
  optimisticPay,
  planSettlement,
  type SettlementPolicy,
  type Settler,
  signBatch,
  skippedRows,
  voucherPay,
} from "@freehold/sdk";
import { expect } from "chai";
import { network } from "hardhat";
import { seeded } from "../worker/harness/random.ts";
import { createBook, type TestBook, type TestChannel } from "./utils/book.ts";
import { createWorld, type World } from "./utils/world.ts";

const DAY = 86_400n;
const EAGER: SettlementPolicy = { value: 1n, age: DAY };

describe("sdk: a node's settler", () => {
  let world: World;
  let book: TestBook;

  before(async () => {
    world = await createWorld(await network.create());
  });

  beforeEach(async function () {
    book = await createBook(world, this.currentTest?.title ?? "");
  });

  const now = async () => BigInt(await world.networkHelpers.time.latest());

  const settlerOf = (changes: Partial<Parameters<typeof createSettler>[0]> = {}): Settler =>
    createSettler({
      freehold: world.operator,
      node: book.node,
      lineId: book.lineId,
      signBatch: (batch) => signBatch(book.enclave, book.domain, batch),
      ...changes,
    });

  async function debtOf(of: TestChannel, amount: bigint, changes: Partial<Debt> = {}): Promise<Debt> {
    const { node, lineId, versionHash } = book;
    const { paid } = await world.operator.escrow.channelOf({ node, lineId, channel: of.channel });
    const cumulative = paid + amount;
    const at = await now();
    return {
      channel: of.channel,
      lineId,
      versionHash,
      amount,
      accounted: paid,
      voucher: { cumulative, signature: await book.voucher(of, cumulative) },
      firstAt: at,
      lastAt: at,
      since: at,
      ...changes,
    };
  }

  async function codeOf(run: Promise<unknown>): Promise<string> {
    const error = await run.catch((thrown: unknown) => thrown);
    expect(error).to.be.instanceOf(FreeholdError);
    return (error as FreeholdError).code;
  }

  it("plans, signs, simulates and sends both lanes, to the unit", async () => {
    const [voucher, optimistic, closed] = [await book.open(), await book.open({ optimistic: true }), await book.open()];
    await (await world.operator.escrow.release({ lineId: book.lineId, channel: closed.channel })).wait();
    const debts = [await debtOf(voucher, 300n), await debtOf(optimistic, 700n), await debtOf(closed, 500n)];
    const settler = settlerOf();
    const { batches, left } = await settler.plan(debts, EAGER);
    expect(left.map(({ cause }) => cause)).to.deep.equal(["closed"]);
    expect(batches.map(({ lane, total }) => [lane, total])).to.deep.equal([
      [Lane.Voucher, 300n],
      [Lane.Optimistic, 700n],
    ]);
    for (const batch of batches) {
      const signed = await settler.sign(batch);
      const preview = await settler.simulate(signed);
      expect(preview).to.deep.include({ total: batch.total, skipped: [] });
      expect(preview.gas <= batch.gas, `${preview.gas} gas, ${batch.gas} planned`).to.equal(true);
      expect((await (await settler.send(signed)).wait()).total).to.equal(batch.total);
    }
    const { node, lineId } = book;
    expect(await world.operator.escrow.earningsOf({ node, lineId })).to.include({
      earned: 300n,
      vesting: 700n,
      nextNonce: 2n,
    });
    const again = await settler.plan(debts, EAGER);
    expect(
      again.left.map(({ cause }) => cause),
      "books that are behind settle nothing",
    ).to.deep.equal(["behind", "behind", "closed"]);
  });

  it("never has two batches signed with one nonce", async () => {
    const settler = settlerOf();
    const debt = await debtOf(await book.open(), 10n);
    const [batch] = (await settler.plan([debt], EAGER)).batches;
    if (batch === undefined) throw new Error("no batch");
    const signed = await settler.sign(batch);
    expect(await codeOf(settler.sign(batch))).to.equal("NONCE_SIGNED");
    await (await settler.giveUp(signed.batch.nonce)).wait();
    expect(await codeOf(settler.send(signed)), "its nonce is gone").to.equal("CONTRACT_REVERT");
    expect((await (await settler.send(await settler.sign(batch))).wait()).total).to.equal(10n);
  });

  it("sends nothing that pays nothing", async () => {
    const of = await book.open();
    const settler = settlerOf();
    const [batch] = (await settler.plan([await debtOf(of, 10n)], EAGER)).batches;
    if (batch === undefined) throw new Error("no batch");
    const signed = await settler.sign(batch);
    await (await world.operator.escrow.release({ lineId: book.lineId, channel: of.channel })).wait();
    expect(await settler.simulate(signed)).to.deep.include({ total: 0n, skipped: [of.channel] });
    expect(await codeOf(settler.send(signed))).to.equal("NOTHING_TO_SETTLE");
  });

  it("what the planner says of a row is what the contract pays", async () => {
    const random = seeded(68);
    const draw = (most: number) => BigInt(Math.floor(random() * (most + 1)));
    const channels: (TestChannel & { optimistic: boolean })[] = [];
    for (let i = 0; i < 16; i++) {
      const optimistic = random() < 0.5;
      channels.push({ ...(await book.open({ amount: 50n + draw(100), optimistic, closeDelay: 21_600n })), optimistic });
    }
    const { node, lineId } = book;
    const { payer, operator } = world;
    const read = (channel: bigint) => operator.escrow.channelOf({ node, lineId, channel });
    for (let round = 0; round < 24; round++) {
      const fate = channels[Number(draw(15))] as TestChannel;
      const open = await read(fate.channel);
      if (round % 3 === 1 && !open.closed && open.closeAt === 0n) {
        await (await payer.escrow.requestClose({ node, lineId, channel: fate.channel })).wait();
      }
      if (round % 5 === 4 && !open.closed) {
        await (await operator.escrow.release({ lineId, channel: fate.channel })).wait();
      }
      if (round % 4 === 3) await world.networkHelpers.time.increase(Number(draw(8_000)));
      const lane = round % 2 === 0 ? Lane.Voucher : Lane.Optimistic;
      const rows = channels.map((of) => ({ of, signed: draw(160), metered: draw(160), amount: draw(60) }));
      const settlement = await book.settlement(lane, rows);
      const states = await Promise.all(channels.map(({ channel }) => read(channel)));
      const time = (await now()) + 1n;
      const expected = rows.map(({ signed, metered, amount }, i) => {
        const state = states[i];
        if (state === undefined) throw new Error("no channel");
        return lane === Lane.Voucher ? voucherPay(state, signed, metered, time) : optimisticPay(state, amount);
      });
      await world.networkHelpers.time.setNextBlockTimestamp(time);
      const simulated = await operator.escrow.settle.simulate(settlement);
      const { total } = await (await operator.escrow.settle(settlement)).wait();
      expect(total).to.equal(expected.reduce((sum, pays) => sum + pays, 0n));
      const after = await Promise.all(channels.map(({ channel }) => read(channel)));
      expect(after.map(({ paid }, i) => paid - (states[i]?.paid ?? 0n))).to.deep.equal(expected);
      const nothing = expected.flatMap((pays, i) => (pays === 0n ? [i] : []));
      if (simulated.total === total) expect(skippedRows(simulated.skipped)).to.deep.equal(nothing);
    }
  });

  it("plans the same offline as on the chain", async () => {
    const of = await book.open({ optimistic: true });
    const debt = await debtOf(of, 10n);
    const { node, lineId, versionHash } = book;
    const channel = await world.operator.escrow.channelOf({ node, lineId, channel: of.channel });
    const offline = planSettlement([debt], {
      policy: EAGER,
      chainTime: await now(),
      wallTime: await now(),
      activeHash: versionHash,
      maxBatchAge: 7n * DAY,
      all: false,
      channelOf: () => channel,
    });
    expect(await settlerOf().plan([debt], EAGER)).to.deep.equal(offline);
  });
});
