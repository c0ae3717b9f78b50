import { readFile, writeFile } from "node:fs/promises";
import { expect } from "chai";
import { measureDcap } from "../../../bench/attestation.ts";
import { bundleNames } from "../attestation/utils/bundle.ts";

const SNAPSHOT = new URL("../../../snapshots/attestation.json", import.meta.url);

/** Gas of whole transactions. Gas is deterministic, so a goal that is missed is a change of the contracts. */
const GOALS = {
  "tee.dcap.warm.trimmed": 110_000,
  "tee.dcap.warm.raw": 240_000,
  "tee.dcap.firstPck": 350_000,
  "tee.dcap.tcbInfo5k": 600_000,
  "tee.dcap.qeIdentity": 250_000,
  "tee.dcap.pckCrl": 300_000,
};

describe("gas of the attestation of Intel SGX and TDX", function () {
  this.timeout(240_000);
  let measured: Record<string, number>;

  before(async function () {
    if (bundleNames.length === 0) this.skip();
    measured = await measureDcap();
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
