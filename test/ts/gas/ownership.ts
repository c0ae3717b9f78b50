import { expect } from "chai";
import { network } from "hardhat";
import { measureOwnership } from "../../../bench/ownership.ts";

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
    const connection = await network.create();
    measured = await measureOwnership(connection);
    await connection.close();
    console.table(measured);
  });

  for (const [id, goal] of Object.entries(GOALS)) {
    it(`${id} takes at most ${goal} gas`, () => {
      expect(measured[id]).to.be.a("number").and.at.most(goal);
    });
  }

  it("opening a line costs once", () => {
    expect(measured["own.openAndFirstAppend"]).to.be.greaterThan(measured["own.append"] ?? Number.NaN);
  });
});
