// The whole suite: build, lint, types, Solidity tests, TypeScript tests. The last line counts them.
import { globSync, readFileSync } from "node:fs";
import { sep } from "node:path";
import { run } from "./lib/process.ts";

const checks: [string, string, string[]][] = [
  ["format and lint of TypeScript", "biome", ["check", "."]],
  ["format of Solidity", "prettier", ["--check", "contracts/**/*.sol", "test/**/*.sol"]],
  ["lint of Solidity", "solhint", ["--max-warnings", "0", "contracts/**/*.sol"]],
  ["types", "tsc", ["-p", "tsconfig.json"]],
];

await run("node", ["scripts/build.ts"]);

let passed = 0;
let failed = 0;

for (const [name, command, args] of checks) {
  const { code, output } = await run(command, args, { quiet: true, allowFailure: true });
  console.log(`${code === 0 ? "ok  " : "FAIL"} ${name}`);
  if (code === 0) passed++;
  else {
    failed++;
    console.log(output);
  }
}

// All at once, on two cores: the Solidity tests are compiled meanwhile. What they say is shown when they are over; the slowest shows it as it goes.
const COMPUTING = ["attestation", "circuits", "proofs"];
/** Folders and files that go after the Solidity tests, so that all ends at about the same time. */
const LATER = ["story.ts", "watchtower"];
const isTest = (file: string) => !/[/](harness|utils)[/]/.test(file) && readFileSync(file, "utf8").includes("describe");
const files = globSync("test/ts/**/*.ts").filter(isTest).sort();
const isIn = (places: readonly string[]) => (file: string) => places.includes(file.split(sep)[2] ?? "");
const [isComputing, isLater] = [isIn(COMPUTING), isIn(LATER)];
const began = performance.now();
const suite = async (name: string, args: readonly string[], quiet: boolean) => {
  const result = await run("hardhat", ["test", ...args], { allowFailure: true, quiet });
  console.log(`${result.code === 0 ? "ok  " : "FAIL"} ${name}, ${Math.round((performance.now() - began) / 1000)} s`);
  return result;
};
const mochaOf = (name: string, some: readonly string[], quiet: boolean) =>
  suite(name, ["mocha", "--no-compile", ...some], quiet);
const first = suite("Solidity tests", ["solidity"], true);
const [solidity, later, computing, mocha] = await Promise.all([
  first,
  first.then(() => mochaOf("tests of story and watchtower", files.filter(isLater), true)),
  mochaOf("tests that compute", files.filter(isComputing), true),
  mochaOf(
    "tests of SDK, worker and scripts",
    files.filter((file) => !isComputing(file) && !isLater(file)),
    false,
  ),
]);
for (const { output } of [later, computing, solidity]) console.log(output);
for (const { code, output } of [solidity, later, computing, mocha]) {
  const count = (word: string) =>
    Number(
      output
        .match(new RegExp(`(\\d+) ${word}`, "g"))
        ?.at(-1)
        ?.split(" ")[0] ?? 0,
    );
  passed += count("passing");
  failed += count("failing");
  // A suite that ends before it counts (a crash, a build error) is a failure too.
  if (count("passing") === 0 || (code !== 0 && count("failing") === 0)) failed++;
}

console.log(`\n${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
