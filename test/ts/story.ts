import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import type { StoryResult } from "../../scripts/story/result.ts";

const START = new URL("../../scripts/start.ts", import.meta.url).pathname;

describe("npm start", () => {
  let folder: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "freehold-story-"));
  });

  after(() => rm(folder, { recursive: true, force: true }));

  async function start(...args: string[]): Promise<{ code: number | null; output: string }> {
    const child = spawn(process.execPath, [START, "--out", join(folder, "out"), ...args], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (data: Buffer) => (output += data.toString()));
    const code = await new Promise<number | null>((resolve) => child.on("close", resolve));
    return { code, output };
  }

  it("tells the story: 83 % stays 83 %, the node is paid to the unit, five attacks are refused, two cheats are caught", async function () {
    this.timeout(900_000);
    const json = join(folder, "result.json");
    const { code, output } = await start("--json", json);
    expect(code, output).to.equal(0);

    const { accuracy, roots, payments, attacks, proofs, caught } = JSON.parse(
      await readFile(json, "utf8"),
    ) as StoryResult;
    expect(accuracy.ownedDay30).to.equal(accuracy.ownedDay1);
    expect(accuracy.ownedDay1).to.be.greaterThan(0.8);
    expect(accuracy.pooledDay1).to.equal(accuracy.ownedDay1);
    expect(accuracy.pooledDay30).to.be.lessThan(accuracy.pooledDay1 - 0.05);
    expect(roots.day1)
      .to.match(/^0x[0-9a-f]{64}$/)
      .and.to.equal(roots.day30);
    expect(payments.completed).to.equal(200);
    expect(payments.paid).to.equal(payments.completed * payments.price);
    expect(attacks.map(({ refused }) => refused)).to.deep.equal([true, true, true, true, true]);
    expect(attacks.map(({ by }) => by)).to.include.members([
      "DeltaLedger_BadSignature",
      "InferenceEscrow_VersionNotPayable",
      "Locks_Locked",
      "NodeRegistry_DevelopmentTee",
    ]);
    expect(proofs).to.have.length(4);
    for (const { what, seconds, gas } of proofs) {
      expect(seconds, what).to.be.greaterThan(0);
      expect(gas, what).to.be.greaterThan(250_000);
    }
    // Both served the base, and had no proof but one of the base.
    expect(caught.map(({ refusal }) => refusal)).to.deep.equal(Array(2).fill("InferenceArbiter_InvalidProof"));
    for (const { refund, slashed } of caught) {
      expect(Number.parseFloat(refund), refund).to.be.greaterThan(0);
      expect(Number.parseFloat(slashed), slashed).to.be.greaterThan(0);
    }
    const report = await readFile(join(folder, "out/story.html"), "utf8");
    expect(report).to.include(roots.day30).and.to.not.include("NOT refused");
  });

  it("says in one line what is wrong with the data or the arguments, and ends with a code that is not 0", async () => {
    const empty = join(folder, "empty.csv");
    await writeFile(empty, "");
    const columns = join(folder, "columns.csv");
    await writeFile(columns, "headline,mood\nProfit rises,good\n");
    for (const [args, named] of [
      [["--data", empty], "empty.csv"],
      [["--data", columns], "text"],
      [["--data", join(folder, "missing.csv")], "missing.csv"],
      [["--chain", "mainnet"], "mainnet"],
      [["--dataset", "imdb"], "imdb"],
    ] as const) {
      const { code, output } = await start(...args);
      expect(code, output).to.be.greaterThan(0);
      expect(output).to.include(named);
      expect(output, "no stack trace").to.not.match(/^\s+at /m);
    }
  });
});
