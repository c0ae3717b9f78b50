import { readFile, writeFile } from "node:fs/promises";
import { expect } from "chai";
import { measureCrypto } from "../../../bench/crypto.ts";

const SNAPSHOT = new URL("../../../snapshots/attestation.json", import.meta.url);

/** Gas of whole transactions. Gas is deterministic, so a goal that is missed is a change of the contracts. */
const GOALS = {
  "tee.p384.hinted": 1_700_000,
  "tee.p384.free": 4_200_000,
  "tee.sha384.block": 22_500,
};

describe("gas of P-384 and SHA-384", function () {
  this.timeout(240_000);
  let measured: Record<string, number>;

  before(async () => {
    measured = await measureCrypto();
  });

  for (const [id, goal] of Object.entries(GOALS)) {
    it(`${id} takes at most ${goal} gas`, () => {
      expect(measured[id]).to.be.a("number").and.within(21_000, goal);
    });
  }

  it("is what snapshots/attestation.json says (UPDATE_SNAPSHOTS=1 writes it anew)", async () => {
    const known = JSON.parse(await readFile(SNAPSHOT, "utf8").catch(() => "{}")) as Record<string, number>;
    const all = Object.entries({ ...known, ...measured }).sort(([a], [b]) => (a < b ? -1 : 1));
    if (process.env.UPDATE_SNAPSHOTS === "1") {
      await writeFile(SNAPSHOT, `${JSON.stringify(Object.fromEntries(all), null, 2)}\n`);
      return;
    }
    // Other families of environments have rows of their own there.
    expect(Object.fromEntries(all)).to.deep.equal(known);
  });
});
