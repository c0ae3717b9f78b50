import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { expect } from "chai";
import { firstLine } from "../../../scripts/story/chain.ts";
import { until } from "../worker/harness/wait.ts";

const LEASH = new URL("../../../scripts/lib/leash.ts", import.meta.url).href;

/** Starts three children on a leash, of which the second ends by itself, and says their numbers. */
const PARENT = `
import { spawn } from "node:child_process";
import { once } from "node:events";
import { leash } from ${JSON.stringify(LEASH)};
const start = (seconds) => leash(spawn("sleep", [seconds], { stdio: "ignore" }));
const [first, short, last] = ["600", "0", "600"].map(start);
await once(short, "exit");
console.log([first.pid, short.pid, last.pid].join());
`;

describe("scripts: processes that must not outlive what started them", function () {
  this.timeout(30_000);
  let parent: ChildProcess;

  const isAlive = (pid: number) => {
    try {
      process.kill(pid, 0);
      return true;
    } catch {
      return false;
    }
  };
  const start = async (then: string): Promise<number[]> => {
    parent = spawn(process.execPath, ["--input-type=module", "-e", PARENT + then], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    return (await firstLine(parent, "the parent")).split(",").map(Number);
  };

  it("end with it when it is killed (kill -9), whatever ended before", async () => {
    const [first = 0, short = 0, last = 0] = await start(
      "await new Promise((resolve) => setTimeout(resolve, 60_000));",
    );
    expect([first, short, last].map(isAlive)).to.deep.equal([true, false, true]);
    parent.kill("SIGKILL");
    await until(() => ![first, last].some(isAlive), "both to end");
  });

  it("do not keep it from ending, and end with it", async () => {
    const [first = 0, , last = 0] = await start(
      "for (const child of [first, last]) child.unref(); process.exitCode = 7;",
    );
    if (parent.exitCode === null) await once(parent, "exit");
    expect(parent.exitCode).to.equal(7);
    await until(() => ![first, last].some(isAlive), "both to end");
  });
});
