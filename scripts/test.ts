// The whole suite: build, lint, types, Solidity tests, TypeScript tests. The last line counts them.
import { globSync, readFileSync } from "node:fs";
import { sep } from "node:path";
import { run } from "./lib/process.ts";

/** A process that says how many tests passed and failed: a suite of tests, or a check. */
interface Job {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
}

/** Processes at once. One more than the cores that this is meant for: tests wait for chains and workers, too. */
const PROCESSES = 3;

/** What needs no build. */
const LINTS: readonly Job[] = [
  { name: "format and lint of TypeScript", command: "biome", args: ["check", "."] },
  { name: "format of Solidity", command: "prettier", args: ["--check", "contracts/**/*.sol", "test/**/*.sol"] },
  { name: "lint of Solidity", command: "solhint", args: ["--max-warnings", "0", "contracts/**/*.sol"] },
];
const TYPES: Job = { name: "types", command: "tsc", args: ["-p", "tsconfig.json"] };

/** Folders, and files, of test/ts that have processes of their own, the longest first: those before the worker's, and those after. */
const LONG = ["attestation", "circuits"];
const SHORT = ["story.ts", "sdk", "proofs", "watchtower", "gas"];
/** The worker's tests wait more than they compute: several processes. All folders that are named nowhere share one. */
const WORKER_PARTS = 4;

let passed = 0;
let failed = 0;
const began = performance.now();

function say(code: number, name: string): void {
  console.log(`${code === 0 ? "ok  " : "FAIL"} ${name}, ${Math.round((performance.now() - began) / 1000)} s`);
}

async function check({ name, command, args }: Job): Promise<void> {
  const { code, output } = await run(command, [...args], { quiet: true, allowFailure: true });
  say(code, name);
  if (code === 0) passed++;
  else {
    failed++;
    console.log(output);
  }
}

async function suite({ name, command, args }: Job): Promise<void> {
  const { code, output } = await run(command, [...args], { quiet: true, allowFailure: true });
  console.log(output);
  say(code, name);
  const last = (word: string) => Number(/\d+/.exec(output.match(new RegExp(`\\d+ ${word}`, "g"))?.at(-1) ?? "0")?.[0]);
  passed += last("passing");
  failed += last("failing");
  // A suite that ends before it counts (a crash, a build error) is a failure too.
  if (last("passing") === 0 || (code !== 0 && last("failing") === 0)) failed++;
}

/** Jobs in so many processes at once: when one ends the next begins. */
async function inProcesses(jobs: readonly Job[], work: (job: Job) => Promise<void>, processes: number): Promise<void> {
  const waiting = [...jobs];
  const next = async () => {
    for (let job = waiting.shift(); job !== undefined; job = waiting.shift()) await work(job);
  };
  await Promise.all(Array.from({ length: processes }, next));
}

function suites(): Job[] {
  const isTest = (file: string) =>
    !/[/](harness|utils)[/]/.test(file) && readFileSync(file, "utf8").includes("describe");
  const files = globSync("test/ts/**/*.ts").filter(isTest).sort();
  const place = (file: string) => file.split(sep)[2] ?? "";
  const mocha = (name: string, some: readonly string[]): Job => ({
    name: `tests of ${name}`,
    command: "hardhat",
    args: ["test", "mocha", "--no-compile", ...some],
  });
  const worker = files.filter((file) => place(file) === "worker");
  const named = ["worker", ...LONG, ...SHORT];
  const others = files.filter((file) => !named.includes(place(file)));
  const inPlace = (name: string) =>
    mocha(
      name,
      files.filter((file) => place(file) === name),
    );
  return [
    { name: "Solidity tests", command: "hardhat", args: ["test", "solidity"] },
    ...LONG.map(inPlace),
    // Neighbours in the alphabet are alike: each part takes some of all kinds.
    ...Array.from({ length: WORKER_PARTS }, (_, part) =>
      mocha(
        `worker, part ${part + 1}`,
        worker.filter((_, i) => i % WORKER_PARTS === part),
      ),
    ),
    ...SHORT.map(inPlace),
    mocha("the rest", others),
  ];
}

await Promise.all([run("node", ["scripts/build.ts"]), inProcesses(LINTS, check, 1)]);
await check(TYPES);
await inProcesses(suites(), suite, PROCESSES);

console.log(`\n${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
