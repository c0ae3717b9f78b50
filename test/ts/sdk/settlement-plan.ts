import {
  channelsOf,
  type Debt,
  type Hex,
  Lane,
  MAX_TRANSACTION_GAS,
  type PayingChannel,
  type PlannedBatch,
  packPlanned,
  planSettlement,
  type SettlementSituation,
  settlementGas,
} from "@freehold/sdk";
import { expect } from "chai";
import { concat, dataLength } from "ethers";

const LINE: Hex = `0x${"33".repeat(32)}`;
const V1: Hex = `0x${"01".repeat(32)}`;
const V2: Hex = `0x${"02".repeat(32)}`;
const SIGNATURE = concat([`0x${"11".repeat(64)}`, "0x1b"]);

const debt = (channel: bigint, changes: Partial<Debt> = {}): Debt => ({
  channel,
  lineId: LINE,
  versionHash: V1,
  amount: 10n,
  accounted: 0n,
  voucher: { cumulative: 1_000_000n, signature: SIGNATURE },
  firstAt: 100n,
  lastAt: 200n,
  since: 100n,
  ...changes,
});

const channel = (changes: Partial<PayingChannel> = {}): PayingChannel => ({
  deposited: 2_000_000n,
  paid: 0n,
  closeAt: 0n,
  optimistic: false,
  closed: false,
  ...changes,
});

const situation = (
  channels: Record<number, Partial<PayingChannel>> = {},
  changes: Partial<SettlementSituation> = {},
): SettlementSituation => ({
  policy: { value: 1_000n, age: 500n },
  chainTime: 200n,
  wallTime: 200n,
  activeHash: V1,
  maxBatchAge: 10_000n,
  all: false,
  channelOf: (index) => channel(channels[Number(index)]),
  ...changes,
});

const asked = (channels: Record<number, Partial<PayingChannel>> = {}, changes: Partial<SettlementSituation> = {}) =>
  situation(channels, { all: true, ...changes });

const indices = (batch: PlannedBatch | undefined) => batch?.rows.map((row) => Number(row.debt.channel));

describe("sdk: settlement planning", () => {
  it("waits while nothing is due", () => {
    expect(planSettlement([], asked())).to.deep.equal({ batches: [], left: [] });
    const only = debt(1n);
    expect(planSettlement([only], situation())).to.deep.equal({ batches: [], left: [{ debt: only, cause: "waits" }] });
  });

  it("settles by value, over all channels", () => {
    const { batches } = planSettlement([debt(1n, { amount: 400n }), debt(2n, { amount: 600n })], situation());
    expect(batches).to.have.length(1);
    expect(batches[0]).to.include({ cause: "value", total: 1_000n, lastAt: 200n, lane: Lane.Voucher });
  });

  it("settles by age, of the chain or of the clock, and before the escrow's limit whatever the policy says", () => {
    const causes = (changes: Partial<SettlementSituation>) =>
      planSettlement([debt(1n)], situation({}, changes)).batches.map(({ cause }) => cause);
    expect(causes({ chainTime: 599n })).to.deep.equal([]);
    expect(causes({ chainTime: 600n })).to.deep.equal(["age"]);
    expect(causes({ wallTime: 600n })).to.deep.equal(["age"]);
    const patient = { policy: { value: 1_000n, age: 1_000_000n } };
    expect(causes({ ...patient, chainTime: 5_099n })).to.deep.equal([]);
    expect(causes({ ...patient, chainTime: 5_100n })).to.deep.equal(["age"]);
  });

  it("settles only the channels that close when nothing else is due", () => {
    const { batches, left } = planSettlement([debt(1n), debt(2n), debt(3n)], situation({ 2: { closeAt: 900n } }));
    expect(batches.map(({ cause }) => cause)).to.deep.equal(["closing"]);
    expect(indices(batches[0])).to.deep.equal([2]);
    expect(left.map(({ cause }) => cause)).to.deep.equal(["waits", "waits"]);
  });

  it("settles superseded versions in the order given, each channel in one batch only", () => {
    const debts = [debt(1n), debt(2n), debt(1n, { versionHash: V2 }), debt(3n, { versionHash: V2 })];
    const { batches, left } = planSettlement(debts, situation({}, { activeHash: V2 }));
    expect(batches.map(({ cause, versionHash }) => [cause, versionHash])).to.deep.equal([
      ["superseded", V1],
      ["superseded", V2],
    ]);
    expect(batches.map(indices)).to.deep.equal([[1, 2], [3]]);
    expect(left).to.deep.equal([{ debt: debts[2], cause: "waits" }]);
  });

  it("takes lane O for channels that allow it and do not close, lane V for the others", () => {
    const channels = { 1: { optimistic: true }, 2: { optimistic: true, closeAt: 900n }, 4: { optimistic: true } };
    const { batches } = planSettlement([debt(1n), debt(2n), debt(3n), debt(4n)], asked(channels));
    expect(batches.map(({ lane }) => lane)).to.deep.equal([Lane.Voucher, Lane.Optimistic]);
    expect(batches.map(indices)).to.deep.equal([
      [2, 3],
      [1, 4],
    ]);
    expect(channelsOf(Lane.Optimistic, packPlanned(batches[1] as PlannedBatch))).to.deep.equal([1n, 4n]);
    const final = { laneOf: () => Lane.Voucher };
    const overridden = planSettlement([debt(1n), debt(4n)], asked(channels, final)).batches;
    expect(overridden.map(({ lane }) => lane)).to.deep.equal([Lane.Voucher]);
    const unknown = planSettlement([debt(1n)], asked({}, { channelOf: () => undefined })).batches;
    expect(unknown.map(({ lane, total }) => [lane, total])).to.deep.equal([[Lane.Voucher, 10n]]);
  });

  it("keeps lane O within what the node's stake stands behind: rows beyond go by voucher", () => {
    const optimistic = { optimistic: true };
    const channels = { 1: optimistic, 2: optimistic, 3: optimistic };
    const debts = [debt(1n, { amount: 10n }), debt(2n, { amount: 25n }), debt(3n, { amount: 15n })];
    const lanes = (optimisticRoom?: bigint) => {
      const { batches } = planSettlement(
        debts,
        asked(channels, optimisticRoom === undefined ? {} : { optimisticRoom }),
      );
      return batches.flatMap(({ lane, rows }) => rows.map((row) => [row.debt.channel, lane] as const)).sort();
    };
    const [v, o] = [Lane.Voucher, Lane.Optimistic];
    const by = (first: Lane, second: Lane, third: Lane) => [
      [1n, first],
      [2n, second],
      [3n, third],
    ];
    expect(lanes()).to.deep.equal(by(o, o, o));
    expect(lanes(50n)).to.deep.equal(by(o, o, o));
    expect(lanes(49n)).to.deep.equal(by(o, o, v));
    expect(lanes(25n)).to.deep.equal(by(o, v, o));
    expect(lanes(0n)).to.deep.equal(by(v, v, v));
  });

  it("leaves out what would pay nothing, and says why", () => {
    const channels = {
      1: { closed: true },
      2: { closeAt: 199n },
      3: { deposited: 50n, paid: 50n },
      4: { paid: 7n },
      5: { closeAt: 200n },
    };
    const debts = [
      debt(1n),
      debt(2n),
      debt(3n, { accounted: 50n }),
      debt(4n),
      debt(5n),
      debt(6n, { voucher: { cumulative: 0n, signature: SIGNATURE } }),
    ];
    const { batches, left } = planSettlement(debts, asked(channels));
    expect(batches.map(indices), "the last second of a close still pays").to.deep.equal([[5]]);
    expect(left.map(({ debt: { channel: index }, cause }) => [Number(index), cause])).to.deep.equal([
      [1, "closed"],
      [2, "closed"],
      [3, "spent"],
      [4, "behind"],
      [6, "spent"],
    ]);
    const never = { laneOf: () => Lane.Optimistic };
    expect(planSettlement([debt(7n)], asked({}, never)).left.map(({ cause }) => cause)).to.deep.equal(["spent"]);
  });

  it("leaves dust where it is, unless everything is asked for", () => {
    const policy = { value: 100n, age: 500n, dust: 50n };
    const debts = [debt(1n, { amount: 49n }), debt(2n, { amount: 50n }), debt(3n, { amount: 60n })];
    const plan = planSettlement(debts, situation({}, { policy }));
    expect(plan.batches.map(indices)).to.deep.equal([[2, 3]]);
    expect(plan.left).to.deep.equal([{ debt: debts[0], cause: "dust" }]);
    const old = situation({}, { policy, chainTime: 5_000n });
    expect(planSettlement([debt(1n)], old).batches, "dust alone is no reason to settle").to.deep.equal([]);
    expect(planSettlement(debts, asked({}, { policy })).batches.map(indices)).to.deep.equal([[1, 2, 3]]);
  });

  it("pays no more than is metered, signed and deposited, and no more than 32 bits in lane O", () => {
    const debts = [
      debt(1n, { amount: 500n, voucher: { cumulative: 400n, signature: SIGNATURE } }),
      debt(2n, { amount: 500n }),
      debt(3n, { amount: 500n, accounted: 100n, voucher: { cumulative: 450n, signature: SIGNATURE } }),
      debt(5n, { amount: 2n ** 33n, voucher: { cumulative: 2n ** 34n, signature: SIGNATURE } }),
    ];
    const channels = {
      2: { deposited: 300n },
      3: { paid: 100n, optimistic: true },
      5: { optimistic: true, deposited: 2n ** 40n },
    };
    const { batches } = planSettlement(debts, asked(channels));
    const paid = batches.flatMap(({ rows }) => rows.map(({ debt: { channel: index }, pays }) => [Number(index), pays]));
    expect(paid).to.deep.equal([
      [1, 400n],
      [2, 300n],
      [3, 350n],
      [5, 2n ** 32n - 1n],
    ]);
  });

  it("cuts batches to the gas and the bytes of a transaction: channels that close first, then by value", () => {
    const debts = Array.from({ length: 4_000 }, (_, i) => debt(BigInt(i), { amount: BigInt(i + 1) }));
    const closing = { 0: { closeAt: 900n }, 1: { closeAt: 800n } };
    const { batches } = planSettlement(debts, asked(closing));
    const all = batches.flatMap(({ rows }) => rows.map((row) => row.debt.channel));
    expect(new Set(all).size).to.equal(4_000);
    expect(indices(batches[0])?.slice(0, 2), "both that close").to.deep.equal([0, 1]);
    for (const [i, batch] of batches.entries()) {
      expect(batch.gas <= MAX_TRANSACTION_GAS).to.equal(true);
      expect(dataLength(packPlanned(batch))).to.be.at.most(126 * 1024);
      const least = batch.rows.filter((row) => row.debt.channel > 1n).map(({ pays }) => pays);
      const next = batches[i + 1]?.rows.map(({ pays }) => pays) ?? [];
      const bound = least.reduce((low, pays) => (pays < low ? pays : low));
      expect(next.every((pays) => pays < bound)).to.equal(true);
    }
    expect(batches.length).to.be.at.most(4);
  });

  it("counts the gas of a slot that is written for the first time, or anew", () => {
    const gasOf = (facts: Partial<PayingChannel>, accounted = 0n) =>
      planSettlement([debt(2n, { accounted })], asked({ 2: facts })).batches.map(({ gas, lane }) => [lane, gas]);
    const gas = (lane: Lane, fresh: boolean) => [[lane, settlementGas(lane, [{ channel: 2n, fresh }])]];
    expect(gasOf({})).to.deep.equal(gas(Lane.Voucher, true));
    expect(gasOf({ paid: 5n }, 5n)).to.deep.equal(gas(Lane.Voucher, false));
    expect(gasOf({ optimistic: true })).to.deep.equal(gas(Lane.Optimistic, false));
    expect(gasOf({ optimistic: true, closeAt: 900n }), "it gave its slot back").to.deep.equal(gas(Lane.Voucher, true));
  });

  it("cuts to a lower limit too, and always takes one row", () => {
    const debts = Array.from({ length: 12 }, (_, i) => debt(BigInt(4 * i)));
    const rows = debts.slice(0, 5).map((row) => ({ channel: row.channel, fresh: true }));
    const maxGas = settlementGas(Lane.Voucher, rows);
    const policy = { value: 1n, age: 1n, maxGas };
    expect(
      planSettlement(debts, situation({}, { policy }))
        .batches.map(indices)
        ?.map((i) => i?.length),
    ).to.deep.equal([5, 5, 2]);
    const none = { value: 1n, age: 1n, maxGas: 1n };
    expect(planSettlement(debts, situation({}, { policy: none })).batches).to.have.length(12);
    const beyond = { value: 1n, age: 1n, maxGas: 2n ** 60n };
    const many = Array.from({ length: 800 }, (_, i) => debt(BigInt(4 * i)));
    const cut = planSettlement(many, situation({}, { policy: beyond })).batches;
    expect(cut.every(({ gas }) => gas <= MAX_TRANSACTION_GAS) && cut.length > 1).to.equal(true);
  });
});
