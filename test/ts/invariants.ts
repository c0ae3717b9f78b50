import { readFile } from "node:fs/promises";
import { expect } from "chai";
import hre from "hardhat";

const ROOT = new URL("../..", import.meta.url);
const read = (path: string) => readFile(new URL(path, ROOT), "utf8");

/** Actions that happen in the payments' walks, at least: see docs/spec.md. */
const EVERY_TIME = 100_000;
const NIGHTLY = 2_000_000;

describe("the size of the payments' invariant tests", () => {
  it("is what is said of it: each walk asserts its length, and the fuzzer runs so many", async () => {
    const suite = await read("test/solidity/invariant/payments/Payments.t.sol");
    const walk = Number(/uint256 private constant WALK = (\d+);/.exec(suite)?.[1]);
    expect(suite).to.include('assertEq(handler.actions(), WALK, "actions that happened");');
    // Nothing in the file that would make its number of runs another.
    expect(suite).not.to.match(/(?:forge|hardhat)-config/);

    const runs = [...(await read("hardhat.config.ts")).matchAll(/fuzz: \{ runs: ([\d_]+) \}/g)].map(([, text = ""]) =>
      Number(text.replaceAll("_", "")),
    );
    expect(runs.length).to.equal(2);
    const [nightly = 0, everyTime = 0] = runs;
    expect(nightly * walk, "nightly").to.be.at.least(NIGHTLY);
    expect(everyTime * walk, "every time").to.be.at.least(EVERY_TIME);

    const now = hre.config.test.solidity.profiles.default?.fuzz?.runs;
    expect(now, "as it is configured now").to.equal(process.env.FREEHOLD_NIGHTLY === "1" ? nightly : everyTime);
  });
});
