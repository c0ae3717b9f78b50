import { readFile, writeFile } from "node:fs/promises";
import { expect } from "chai";
import { network } from "hardhat";
import { measurePayments } from "../../../bench/payments.ts";

const SNAPSHOT = new URL("../../../snapshots/payments.json", import.meta.url);

/** Gas of whole transactions. Gas is deterministic, so a goal that is missed is a change of the contracts. */
const GOALS = {
  "settle.v.dense.perUser": 8_700,
  "settle.v.sparse.perUser": 12_800,
  "settle.v.100users": 930_000,
  "settle.v.perInference": 93,
  "settle.v.calldataPerUser": 84,
  "settle.o.dense.perUser": 1_700,
  "settle.o.100users": 215_000,
  "settle.o.perInference": 22,
  "settle.o.calldataPerUser": 6,
  "escrow.open": 80_000,
  "escrow.challengeAnswer": 60_000,
};

describe("gas of the payments", () => {
  let measured: Record<string, number>;

  before(async () => {
    const connection = await network.create("local");
    measured = await measurePayments(connection);
    await connection.close();
  });

  for (const [id, goal] of Object.entries(GOALS)) {
    it(`${id} takes at most ${goal} gas`, () => {
      expect(measured[id]).to.be.a("number").and.at.most(goal);
    });
  }

  it("is what snapshots/payments.json says (UPDATE_SNAPSHOTS=1 writes it anew)", async () => {
    const sorted = Object.fromEntries(Object.entries(measured).sort(([a], [b]) => (a < b ? -1 : 1)));
    if (process.env.UPDATE_SNAPSHOTS === "1") await writeFile(SNAPSHOT, `${JSON.stringify(sorted, null, 2)}\n`);
    const snapshot = JSON.parse(await readFile(SNAPSHOT, "utf8")) as Record<string, number>;
    expect(Object.keys(sorted)).to.deep.equal(Object.keys(snapshot));
    // Times and signatures have zero bytes by chance, which are cheaper: two thousandths at most.
    for (const [name, gas] of Object.entries(snapshot)) {
      expect(Math.abs((sorted[name] ?? 0) - gas), name).to.be.at.most(gas / 500);
    }
  });
});
