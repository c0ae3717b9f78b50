import type { Hex } from "@freehold/sdk";
import { expect } from "chai";
import { claimOf, nextBatch, rowsWithin, type Situation } from "../../../worker/dist/settlement/plan.js";
import type { Debt } from "../../../worker/dist/store/index.js";

const LINE: Hex = `0x${"33".repeat(32)}`;
const V1: Hex = `0x${"01".repeat(32)}`;
const V2: Hex = `0x${"02".repeat(32)}`;

const debt = (channel: bigint, changes: Partial<Debt> = {}): Debt => ({
  channel,
  lineId: LINE,
  versionHash: V1,
  amount: 10n,
  accounted: 0n,
  voucher: { cumulative: 1_000n, signature: "0x" },
  firstAt: 100n,
  lastAt: 200n,
  since: 100n,
  ...changes,
});

const situation = (changes: Partial<Situation> = {}): Situation => ({
  policy: { value: 1_000n, age: 500n, patience: 60n, maxGas: 16_777_216n },
  chainTime: 200n,
  wallTime: 200n,
  activeHash: V1,
  maxBatchAge: 10_000n,
  isClosing: () => false,
  all: false,
  ...changes,
});

describe("worker: settlement planning", () => {
  it("waits while nothing is due", () => {
    expect(nextBatch([], situation({ all: true }))).to.equal(undefined);
    expect(nextBatch([debt(1n)], situation())).to.equal(undefined);
  });

  it("settles by value, over all channels", () => {
    const debts = [debt(1n, { amount: 400n }), debt(2n, { amount: 600n })];
    const plan = nextBatch(debts, situation());
    expect(plan?.cause).to.equal("value");
    expect(
      plan?.debts.map(({ channel }) => channel),
      "greatest first",
    ).to.deep.equal([2n, 1n]);
  });

  it("settles by age, of the chain or of the clock", () => {
    expect(nextBatch([debt(1n)], situation({ chainTime: 599n }))).to.equal(undefined);
    expect(nextBatch([debt(1n)], situation({ chainTime: 600n }))?.cause).to.equal("age");
    expect(nextBatch([debt(1n)], situation({ wallTime: 600n }))?.cause).to.equal("age");
  });

  it("settles before the escrow's limit, whatever the policy says", () => {
    const patient = { policy: { value: 1_000n, age: 1_000_000n, patience: 60n, maxGas: 16_777_216n } };
    expect(nextBatch([debt(1n)], situation({ ...patient, chainTime: 5_099n }))).to.equal(undefined);
    expect(nextBatch([debt(1n)], situation({ ...patient, chainTime: 5_100n }))?.cause).to.equal("age");
  });

  it("settles only the channels that close when nothing else is due", () => {
    const debts = [debt(1n), debt(2n), debt(3n)];
    const plan = nextBatch(debts, situation({ isClosing: (channel) => channel === 2n }));
    expect(plan?.cause).to.equal("closing");
    expect(plan?.debts.map(({ channel }) => channel)).to.deep.equal([2n]);
  });

  it("puts channels that close first when all are due", () => {
    const debts = [debt(1n, { amount: 900n }), debt(2n), debt(3n, { amount: 500n })];
    const plan = nextBatch(debts, situation({ isClosing: (channel) => channel === 2n }));
    expect(plan?.debts.map(({ channel }) => channel)).to.deep.equal([2n, 1n, 3n]);
  });

  it("settles a superseded version at once, and versions in the order given", () => {
    const debts = [debt(1n), debt(2n), debt(1n, { versionHash: V2 })];
    const plan = nextBatch(debts, situation({ activeHash: V2 }));
    expect(plan).to.include({ cause: "superseded", versionHash: V1 });
    expect(plan?.debts.every(({ versionHash }) => versionHash === V1)).to.equal(true);
  });

  it("cuts a batch at the rows that the gas limit takes", () => {
    const most = rowsWithin(situation({}).policy.maxGas);
    const debts = Array.from({ length: most + 5 }, (_, i) => debt(BigInt(i)));
    expect(nextBatch(debts, situation({ all: true }))?.debts.length).to.equal(most);
  });

  it("claims what was paid and what was metered since, never over the voucher", () => {
    expect(claimOf(debt(1n, { accounted: 30n, amount: 12n }))).to.equal(42n);
    expect(claimOf(debt(1n, { accounted: 30n, amount: 12n, voucher: { cumulative: 40n, signature: "0x" } }))).to.equal(
      40n,
    );
  });
});
