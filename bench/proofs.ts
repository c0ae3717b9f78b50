import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import {
  committedSum,
  constraintsOf,
  createProver,
  developmentSetup,
  encodeKey,
  encodeProof,
  prove,
  type R1cs,
  randomScalar,
  type Shape,
  sgdCircuit,
  type Tier,
  verify,
  verifyingKey,
  type Witness,
  witnessOf,
  writeWtns,
  writeZkey,
} from "@freehold/circuits";
import { coreBytes, laneBytes } from "@freehold/circuits/prover";
import { inferenceCase } from "../test/ts/circuits/models.ts";
import { synthetic } from "../test/ts/circuits/synthetic.ts";

const run = promisify(execFile);
const SNARKJS = new URL("../node_modules/snarkjs/build/cli.cjs", import.meta.url).pathname;
const OURS = new URL("./proofs-process.ts", import.meta.url).pathname;
const RUNS = 5;

/** The shape that the goals speak of, and the demo model's. */
const MEASURED: Shape = { inputs: 256, hidden: 32, classes: 3 };
const DEMO: Shape = { inputs: 512, hidden: 16, classes: 3 };
const WEIGHTS = MEASURED.hidden * (MEASURED.inputs + MEASURED.classes);
/** Samples of the training step. */
const BATCH = 8;

/** A circuit's constraints, with a witness. */
interface Proven {
  readonly system: R1cs;
  readonly witness: Witness;
  readonly publics: readonly bigint[];
  readonly committed: readonly bigint[];
}

/**
 * The circuits and their prover, by the ids of the goals. The time of a proof is a ratio to snarkjs's on the same constraints: whole
 * processes of both, less the time that the same process takes for two constraints (start, compilation, threads), the median of five
 * runs that take turns. `demoSeconds` is what a node does for a challenge of the demo model, its key and threads being there: witness and
 * proof, on two threads.
 */
export async function measureProofs(): Promise<Record<string, number>> {
  const directory = await mkdtemp(join(tmpdir(), "freehold-bench-"));
  try {
    const [one, two] = [proven(MEASURED, 1), proven(MEASURED, 2)];
    const tier1 = await compare(directory, one);
    const tier2 = await compare(directory, two);
    return {
      "zk.t1.constraintsPerWeight": one.system.constraints / WEIGHTS,
      "zk.cc.constraintsPerWeight": two.system.constraints / WEIGHTS,
      "zk.sgd.constraints": constraintsOf(sgdCircuit(MEASURED, BATCH, 2)).constraints,
      "zk.t1.proveRatio": tier1.ratio,
      "zk.t1.provePeakRss": tier1.rss,
      "zk.cc.proveRatio": tier2.ratio,
      "zk.prover.wasmKiB": (coreBytes().length + laneBytes().length) / 1024,
      "zk.proof.bytes": tier1.proofBytes,
      "zk.t1.proveMs": tier1.milliseconds,
      "zk.cc.proveMs": tier2.milliseconds,
      "zk.t1.setupMs": tier1.setup,
      "zk.t1.demoSeconds": await demoSeconds(1),
      "zk.cc.demoSeconds": await demoSeconds(2),
    };
  } finally {
    await rm(directory, { recursive: true });
  }
}

/** An inference of random weights and counts: the work depends on the shape alone. */
function proven(shape: Shape, tier: Tier): Proven {
  const { circuit, values } = inferenceCase(shape, tier);
  return { system: constraintsOf(circuit), ...witnessOf(circuit, values) };
}

async function demoSeconds(tier: Tier): Promise<number> {
  const { circuit, values } = inferenceCase(DEMO, tier);
  const key = await developmentSetup(constraintsOf(circuit));
  const prover = await createProver(key, { threads: 2 });
  const times: number[] = [];
  // The first run compiles, and counts no more than the others.
  for (let i = 0; i < RUNS; i++) {
    const blinder = tier === 2 ? randomScalar() : undefined;
    let made: { publics: readonly bigint[]; committed: readonly bigint[] } | undefined;
    let proof: Awaited<ReturnType<typeof prover.prove>> | undefined;
    times.push(
      await timed(async () => {
        const { witness, ...known } = witnessOf(circuit, values);
        made = known;
        proof = await prover.prove(witness, blinder === undefined ? {} : { blinder });
      }),
    );
    if (made === undefined || proof === undefined) throw new Error("nothing was proven");
    const sum = blinder === undefined ? undefined : await committedSum(key, made.committed, blinder);
    if (!verify(verifyingKey(key), made.publics, proof, sum)) throw new Error("the proof does not verify");
  }
  prover.close();
  return median(times) / 1_000;
}

async function compare(directory: string, measured: Proven) {
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

async function prepare(directory: string, name: string, { system, witness, publics, committed }: Proven) {
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
