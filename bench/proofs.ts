import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import {
  committedSum,
  developmentSetup,
  encodeKey,
  encodeProof,
  prove,
  randomScalar,
  verify,
  verifyingKey,
  writeWtns,
  writeZkey,
} from "@freehold/circuits";
import { coreBytes } from "@freehold/circuits/prover";
import { type Synthetic, synthetic } from "../test/ts/circuits/synthetic.ts";

const run = promisify(execFile);
const SNARKJS = new URL("../node_modules/snarkjs/build/cli.cjs", import.meta.url).pathname;
const OURS = new URL("./proofs-process.ts", import.meta.url).pathname;
const RUNS = 5;

/**
 * Systems of the size and density of an inference of 256 x 32 in both tiers (reference: 34,501 constraints of which few wires are
 * bits, and 3,292 constraints of which most are, with 804 committed elements).
 */
const TIER1 = { constraints: 34_501, publics: 4, bits: 0.06, terms: 24, seed: 1 };
const TIER2 = { constraints: 3_292, publics: 3, committed: 804, bits: 0.6, terms: 3, seed: 2 };

/**
 * Time of a proof as a ratio to snarkjs's on the same system, by the ids of the goals: whole processes of both, less the time
 * that the same process takes for two constraints (start, compilation, threads), the median of five runs that take turns.
 */
export async function measureProofs(): Promise<Record<string, number>> {
  const directory = await mkdtemp(join(tmpdir(), "freehold-bench-"));
  try {
    const tier1 = await compare(directory, synthetic(TIER1));
    const tier2 = await compare(directory, synthetic(TIER2));
    return {
      "zk.t1.proveRatio": tier1.ratio,
      "zk.t1.provePeakRss": tier1.rss,
      "zk.cc.proveRatio": tier2.ratio,
      "zk.prover.wasmKiB": coreBytes().length / 1024,
      "zk.proof.bytes": tier1.proofBytes,
      "zk.t1.proveMs": tier1.milliseconds,
      "zk.cc.proveMs": tier2.milliseconds,
      "zk.t1.setupMs": tier1.setup,
    };
  } finally {
    await rm(directory, { recursive: true });
  }
}

async function compare(directory: string, measured: Synthetic) {
  const large = await prepare(directory, "large", measured);
  const small = await prepare(
    directory,
    "small",
    synthetic({ constraints: 2, committed: Math.min(2, measured.committed.length) }),
  );
  const times = { ours: [] as number[], theirs: [] as number[], oursIdle: [] as number[], theirsIdle: [] as number[] };
  const rss: number[] = [];
  for (let i = 0; i < RUNS; i++) {
    times.theirs.push(await timed(() => theirs(directory, "large")));
    times.ours.push(await timed(async () => rss.push(await ours(directory, "large", large.blinder))));
    times.theirsIdle.push(await timed(() => theirs(directory, "small")));
    times.oursIdle.push(await timed(() => ours(directory, "small", small.blinder)));
  }
  const milliseconds = median(times.ours) - median(times.oursIdle);
  const ratio = milliseconds / (median(times.theirs) - median(times.theirsIdle));
  return { ratio, milliseconds, rss: Math.max(...rss), setup: large.setup, proofBytes: large.proofBytes };
}

async function prepare(directory: string, name: string, { system, witness, publics, committed }: Synthetic) {
  const start = performance.now();
  const key = await developmentSetup(system);
  const setup = performance.now() - start;
  const blinder = system.committed > 0 ? randomScalar() : undefined;
  const proof = await prove(key, witness, blinder === undefined ? {} : { blinder });
  const sum = blinder === undefined ? undefined : await committedSum(key, committed, blinder);
  if (!verify(verifyingKey(key), publics, proof, sum)) throw new Error("the proof does not verify");
  await writeFile(join(directory, `${name}.key`), encodeKey(key));
  await writeFile(join(directory, `${name}.zkey`), writeZkey(key));
  await writeFile(join(directory, `${name}.witness`), witness);
  await writeFile(join(directory, `${name}.wtns`), writeWtns(witness));
  return { blinder, setup, proofBytes: encodeProof(proof).length };
}

/** @returns the process's peak of resident memory, MiB */
async function ours(directory: string, name: string, blinder: bigint | undefined): Promise<number> {
  const files = [`${name}.key`, `${name}.witness`, "ours.json"].map((file) => join(directory, file));
  const more = blinder === undefined ? [] : [String(blinder)];
  return Number((await run(process.execPath, [OURS, ...files, ...more])).stdout);
}

async function theirs(directory: string, name: string): Promise<void> {
  const files = [`${name}.zkey`, `${name}.wtns`, "theirs.json", "publics.json"].map((file) => join(directory, file));
  await run(process.execPath, [SNARKJS, "groth16", "prove", ...files]);
  JSON.parse(await readFile(join(directory, "theirs.json"), "utf8"));
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

if (import.meta.main) console.log(await measureProofs());
