import { readFile, writeFile } from "node:fs/promises";
import { expect } from "chai";
import { createOsaka, measureAttestation } from "../../../bench/attestation.ts";

const SNAPSHOT = new URL("../../../snapshots/attestation.json", import.meta.url);

/** Whole transactions; of SHA-384, one block. Gas is deterministic, so a goal that is missed is a change of the contracts. */
const GOALS = {
  "tee.p384.hinted": 1_700_000,
  "tee.p384.hinted.max": 1_700_000,
  "tee.p384.free": 4_200_000,
  "tee.p384.free.max": 4_200_000,
  "tee.sha384.block": 22_500,
};

describe("gas of the attestation", function () {
  this.timeout(240_000);

  let measured: Record<string, number>;

  before(async () => {
    const connection = await createOsaka();
    measured = await measureAttestation(connection);
    await connection.close();
  });

  for (const [id, goal] of Object.entries(GOALS)) {
    it(`${id} takes at most ${goal} gas`, () => {
      expect(measured[id]).to.be.a("number").and.at.most(goal);
    });
  }

  it("is what snapshots/attestation.json says (UPDATE_SNAPSHOTS=1 writes it anew)", async () => {
    const sorted = Object.fromEntries(Object.entries(measured).sort(([a], [b]) => (a < b ? -1 : 1)));
    if (process.env.UPDATE_SNAPSHOTS === "1") await writeFile(SNAPSHOT, `${JSON.stringify(sorted, null, 2)}\n`);
    const snapshot = JSON.parse(await readFile(SNAPSHOT, "utf8")) as Record<string, number>;
    expect(sorted).to.deep.equal(snapshot);
  });
});
