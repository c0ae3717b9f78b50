import { readFile, writeFile } from "node:fs/promises";
import { expect } from "chai";
import { measureZkTee } from "../../../bench/zktee.ts";

const SNAPSHOT = new URL("../../../snapshots/zktee.json", import.meta.url);

/** Gas of whole transactions, a genuine verifier's own check not included. Gas is deterministic, so a goal that is missed is a change of the contracts. */
const GOALS = {
  "tee.zk.sp1": 100_000,
  "tee.zk.sp1.recheck": 60_000,
  "tee.zk.risc0": 100_000,
  "tee.zk.risc0.recheck": 60_000,
};

describe("gas of the attestation of AWS Nitro by a proof", () => {
  let measured: Record<string, number>;

  before(async function () {
    measured = await measureZkTee();
    if (Object.keys(measured).length === 0) this.skip();
  });

  for (const [id, goal] of Object.entries(GOALS)) {
    it(`${id} takes at most ${goal} gas`, () => {
      expect(measured[id]).to.be.a("number").and.within(21_000, goal);
    });
  }

  it("is what snapshots/zktee.json says (UPDATE_SNAPSHOTS=1 writes it anew)", async () => {
    const sorted = Object.fromEntries(Object.entries(measured).sort(([a], [b]) => (a < b ? -1 : 1)));
    if (process.env.UPDATE_SNAPSHOTS === "1") await writeFile(SNAPSHOT, `${JSON.stringify(sorted, null, 2)}\n`);
    expect(sorted).to.deep.equal(JSON.parse(await readFile(SNAPSHOT, "utf8")));
  });
});
