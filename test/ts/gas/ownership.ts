import { readFile, writeFile } from "node:fs/promises";
import { expect } from "chai";
import { network } from "hardhat";
import { measureOwnership } from "../../../bench/ownership.ts";

const SNAPSHOT = new URL("../../../snapshots/ownership.json", import.meta.url);

/** Gas of whole transactions. Gas is deterministic, so a goal that is missed is a change of the contracts. */
const GOALS = {
  "own.deploy": 150_000,
  "own.append": 110_000,
  "own.append.signed": 125_000,
  "own.activate": 50_000,
  "isolation.consent": 60_000,
};

describe("gas of the ownership contracts", () => {
  let measured: Record<string, number>;

  before(async () => {
    const connection = await network.create("local");
    measured = await measureOwnership(connection);
    await connection.close();
  });

  for (const [id, goal] of Object.entries(GOALS)) {
    it(`${id} takes at most ${goal} gas`, () => {
      expect(measured[id]).to.be.a("number").and.at.most(goal);
    });
  }

  it("is what snapshots/ownership.json says (UPDATE_SNAPSHOTS=1 writes it anew)", async () => {
    const sorted = Object.fromEntries(Object.entries(measured).sort(([a], [b]) => (a < b ? -1 : 1)));
    if (process.env.UPDATE_SNAPSHOTS === "1") await writeFile(SNAPSHOT, `${JSON.stringify(sorted, null, 2)}\n`);
    expect(sorted).to.deep.equal(JSON.parse(await readFile(SNAPSHOT, "utf8")));
  });
});
