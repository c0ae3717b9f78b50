import { Lane, type SettleParameters, settlementGas } from "@freehold/sdk";
import { expect } from "chai";
import { network } from "hardhat";
import { createBook, type TestBook, type TestChannel } from "./utils/book.ts";
import { createWorld, type World } from "./utils/world.ts";

const ROWS = 60;
/** What the model may say too much, percent of what a settlement takes. */
const SLACK = 25n;

describe("sdk: gas of settlements", () => {
  let world: World;

  before(async () => {
    world = await createWorld(await network.create());
  });

  async function gasOf(settlement: SettleParameters): Promise<bigint> {
    const { receipt } = await (await world.operator.escrow.settle(settlement)).wait();
    return receipt.gasUsed;
  }

  /** Enough for large rows of lane O. */
  async function addStake(): Promise<void> {
    const amount = 2n ** 50n;
    await (await world.token.mint(await world.signers.operator.getAddress(), amount)).wait();
    await (await world.operator.nodes.approveStake({ amount })).wait();
    await (await world.operator.nodes.addStake({ amount })).wait();
  }

  function expectModel(gas: bigint, lane: Lane, rows: readonly TestChannel[], fresh: boolean, what: string): void {
    const model = settlementGas(
      lane,
      rows.map(({ channel }) => ({ channel, fresh })),
    );
    expect(model >= gas, `${what}: the model says ${model}, it took ${gas}`).to.equal(true);
    expect(model * 100n <= gas * (100n + SLACK), `${what}: the model says ${model}, it took ${gas}`).to.equal(true);
  }

  for (const [name, lane] of Object.entries(Lane)) {
    it(`the model is an upper bound, and a close one: lane ${name}`, async () => {
      const book: TestBook = await createBook(world, `gas ${name}`);
      if (lane === Lane.Optimistic) await addStake();
      const channels: TestChannel[] = [];
      for (let i = 0; i < ROWS; i++) {
        channels.push(await book.open({ amount: 2n ** 40n, optimistic: lane === Lane.Optimistic }));
      }
      const shapes: [string, TestChannel[]][] = [
        ["one row", channels.slice(0, 1)],
        ["dense", channels],
        ["sparse", channels.filter((_, i) => i % 4 === 1)],
        ["three of four", channels.filter((_, i) => i % 4 !== 2)],
      ];
      let signed = 2n ** 39n + 123_456_789n;
      let fresh = lane === Lane.Voucher;
      for (const [what, of] of [["first", channels] as [string, TestChannel[]], ...shapes]) {
        signed += 0x7f7f7f7fn;
        const rows = of.map((row) => ({ of: row, signed, amount: 0x7f7f7f7fn }));
        expectModel(await gasOf(await book.settlement(lane, rows)), lane, of, fresh, what);
        fresh = false;
      }
    });
  }

  it("slots of lane O that were given back cost as new ones", async () => {
    const book = await createBook(world, "gas given back");
    const { node, lineId } = book;
    const channels: TestChannel[] = [];
    for (let i = 0; i < 12; i++) {
      const of = await book.open({ optimistic: true });
      await (await world.payer.escrow.requestClose({ node, lineId, channel: of.channel })).wait();
      channels.push(of);
    }
    const rows = channels.map((of) => ({ of, signed: 500n }));
    expectModel(await gasOf(await book.settlement(Lane.Voucher, rows)), Lane.Voucher, channels, true, "given back");
  });

  it("rows that pay nothing stay within the model", async () => {
    const book = await createBook(world, "gas skipped");
    const channels: TestChannel[] = [];
    for (let i = 0; i < 40; i++) channels.push(await book.open());
    const gas = await gasOf(
      await book.settlement(
        Lane.Voucher,
        channels.map((of) => ({ of, signed: 0n })),
      ),
    );
    const rows = channels.map(({ channel }) => ({ channel, fresh: false }));
    expect(gas <= settlementGas(Lane.Voucher, rows), `it took ${gas}`).to.equal(true);
  });
});
