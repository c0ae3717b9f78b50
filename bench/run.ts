// Measures what goals.json names and this repository has, side by side where a peer can run, and writes
// bench/results.json as {id: number}.
import { existsSync, readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Command } from "commander";
import { network } from "hardhat";
import { measureDcap } from "./attestation.ts";
import { measureCrypto } from "./crypto.ts";
import { measureHotPath } from "./hot-path.ts";
import { measureNitro } from "./nitro.ts";
import { measureOwnership } from "./ownership.ts";
import { measurePayments } from "./payments.ts";
import { measureProofGas } from "./proof-gas.ts";
import { measureProofs } from "./proofs.ts";
import { measureRegistration } from "./registration.ts";
import { measureVerifiers } from "./verifiers.ts";
import { measureWeights } from "./weights.ts";
import { measureZkTee } from "./zktee.ts";

interface Goal {
  id: string;
  unit: string;
  goal: number;
  peer: number | null;
  peerName: string;
}

const ROOT = new URL("..", import.meta.url).pathname;

const options = new Command("npm run bench --")
  .description("Measures gas and speed and compares them with the goals and the best peers.")
  .option(
    "--only <prefix>",
    "only the groups whose ids start so: own, isolation, settle, escrow, pay, tee.dcap, tee.p384, tee.nitro, tee.zk, weights, zk",
  )
  .option("--size-mib <n>", "size of the hashed file in MiB", Number, 1024)
  .option("--goals <file>", "goals.json", join(process.env.FREEHOLD_SHARED ?? join(ROOT, "../shared"), "goals.json"))
  .parse()
  .opts<{ only?: string; sizeMib: number; goals: string }>();

const groups: [string[], () => Promise<Record<string, number>>][] = [
  [["own", "isolation"], async () => measureOwnership(await network.create("local"))],
  [["settle", "escrow"], async () => measurePayments(await network.create("local"))],
  [["pay"], () => measureHotPath()],
  [["tee.dcap"], async () => ({ ...(await measureDcap()), ...(await measureRegistration()) })],
  [["tee.p384", "tee.sha384"], () => measureCrypto()],
  [["tee.nitro"], () => measureNitro()],
  [["tee.zk"], () => measureZkTee()],
  [["zk.t1", "zk.cc", "zk.sgd", "zk.prover", "zk.proof"], () => measureProofs()],
  [["zk.verify"], async () => measureProofGas(await network.create("local"))],
  [["zk.cc.verify", "zk.link", "zk.delta"], () => measureVerifiers()],
  [["weights"], () => measureWeights({ sizeMiB: options.sizeMib })],
];

const { only } = options;
/** A group is meant by its whole name or by what stands before it: `tee` means all of attestation. */
const isMeant = (prefixes: readonly string[], name: string) =>
  prefixes.some((prefix) => name.startsWith(prefix) || prefix.startsWith(`${name}.`));
if (only !== undefined && !groups.some(([prefixes]) => isMeant(prefixes, only))) {
  console.error(`error: --only ${only} names no group: ${groups.flatMap(([prefixes]) => prefixes).join(", ")}`);
  process.exit(2);
}

const file = join(ROOT, "bench/results.json");
const previous = existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as Record<string, number>) : {};
const results: Record<string, number> = only ? previous : {};
for (const [prefixes, measure] of groups) {
  if (only !== undefined && !isMeant(prefixes, only)) continue;
  console.error(`measuring ${prefixes.join(", ")}`);
  Object.assign(results, await measure());
}
await writeFile(file, `${JSON.stringify(results, null, 2)}\n`);

const goals = existsSync(options.goals)
  ? (JSON.parse(readFileSync(options.goals, "utf8")) as { rows: Goal[] }).rows
  : [];
if (goals.length === 0) console.error(`no goals: ${options.goals} does not exist`);
const byId = new Map(goals.map((goal) => [goal.id, goal]));
console.log(["id", "value", "goal", "", "best peer", "ratio", "unit"].map(column).join(""));
for (const [id, value] of Object.entries(results).sort()) {
  const goal = byId.get(id);
  const verdict = goal === undefined ? "" : value <= goal.goal ? "met" : "MISSED";
  const peer = goal?.peer ? `${goal.peer} ${goal.peerName}` : "";
  const ratio = goal?.peer ? (value / goal.peer).toFixed(2) : "";
  console.log(
    [id, format(value), goal ? String(goal.goal) : "", verdict, peer, ratio, goal?.unit ?? ""].map(column).join(""),
  );
}

function column(text: string, index: number): string {
  return text.padEnd([30, 12, 10, 8, 24, 8, 0][index] ?? 0);
}

function format(value: number): string {
  return Number.isInteger(value) ? String(value) : value.toFixed(3);
}
