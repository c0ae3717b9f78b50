import { readFile, writeFile } from "node:fs/promises";
import { expect } from "chai";
import { network } from "hardhat";
import { measureProofGas } from "../../../bench/proof-gas.ts";

const SNAPSHOT = new URL("../../../snapshots/verifier.json", import.meta.url);

/** Gas of whole transactions to a verifier alone, with real proofs. All four public inputs of a delta are as long as they can be. */
const GOALS = {
  "zk.verify.gas": 236_000,
  "zk.verify.batch16.perProof": 68_000,
};

describe("gas of the Groth16 verifier", function () {
  this.timeout(300_000);
  let measured: Record<string, number>;

  before(async () => {
    const connection = await network.create("local");
    measured = await measureProofGas(connection);
    await connection.close();
  });

  for (const [id, goal] of Object.entries(GOALS)) {
    it(`${id} takes at most ${goal} gas`, () => {
      expect(measured[id]).to.be.a("number").and.within(21_000, goal);
    });
  }

  it("is what snapshots/verifier.json says (UPDATE_SNAPSHOTS=1 writes it anew)", async () => {
    const sorted = Object.fromEntries(Object.entries(measured).sort(([a], [b]) => (a < b ? -1 : 1)));
    if (process.env.UPDATE_SNAPSHOTS === "1") await writeFile(SNAPSHOT, `${JSON.stringify(sorted, null, 2)}\n`);
    const snapshot = JSON.parse(await readFile(SNAPSHOT, "utf8")) as Record<string, number>;
    expect(Object.keys(sorted)).to.deep.equal(Object.keys(snapshot));
    // Proofs have zero bytes by chance, which are cheaper: two thousandths at most.
    for (const [name, gas] of Object.entries(snapshot)) {
      expect(Math.abs((sorted[name] ?? 0) - gas), name).to.be.at.most(gas / 500);
    }
  });
});
