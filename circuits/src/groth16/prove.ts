import { fromBytes, inverse, mod, randomScalar, toBytes } from "../field.js";
import { concat, ELEMENT, Engine } from "../prover/engine.js";
import { SCALAR } from "../prover/layout.js";
import { cores, openPool, type Pool } from "../prover/pool.js";
import type { Section, Task } from "../prover/tasks.js";
import { FIELD, type Witness } from "../r1cs.js";
import { abortable } from "../work.js";
import { KeyError, type ProvingKey, sharedCopy } from "./key.js";
import { readG1, readG2 } from "./points.js";
import type { Proof } from "./proof.js";

export interface ProveOptions {
  /** Threads; default: as many as the machine has, 4 at most. 0: in this thread. */
  readonly threads?: number;
  /** Cancels: the promise is rejected at once with the signal's reason. */
  readonly signal?: AbortSignal;
  /** Share that is done, 0 to 1, never less than before. */
  readonly onProgress?: (done: number) => void;
  /** Blinder of the committed wires' sum (tier 2): the one that the linked commitment was made with. */
  readonly blinder?: bigint;
}

/** Proves statements of one circuit; its threads and memory stay until {@link Prover.close}. */
export interface Prover {
  prove(witness: Witness, options?: Omit<ProveOptions, "threads">): Promise<Proof>;
  close(): void;
}

/** Groth16 proof of a witness. Randomness comes from the platform's generator: no two proofs have an element in common. */
export async function prove(key: ProvingKey, witness: Witness, options: ProveOptions = {}): Promise<Proof> {
  options.signal?.throwIfAborted();
  const prover = await createProver(key, options);
  try {
    return await prover.prove(witness, options);
  } finally {
    prover.close();
  }
}

export async function createProver(key: ProvingKey, { threads = Math.min(cores(), 4) } = {}): Promise<Prover> {
  if (!Number.isInteger(threads) || threads < 0 || threads > 64) throw new RangeError("threads are 0 to 64");
  const [pool, engine] = await Promise.all([openPool(key, threads), Engine.create()]);
  return {
    prove: (witness, options = {}) => proveOn(pool, engine, key, witness, options),
    close: () => pool.close(),
  };
}

async function proveOn(
  pool: Pool,
  engine: Engine,
  key: ProvingKey,
  given: Witness,
  { signal, onProgress, blinder }: Omit<ProveOptions, "threads">,
): Promise<Proof> {
  signal?.throwIfAborted();
  checkWitness(key, given);
  if (key.committed > 0 !== (blinder !== undefined)) {
    throw new KeyError(key.committed > 0 ? "a circuit with committed wires needs a blinder" : "nothing is committed");
  }
  const witness = sharedCopy(given);
  const progress = counter(key, onProgress);
  const run = async (task: Task, weight: number) => {
    const result = await pool.run(task, signal);
    progress(weight);
    return result;
  };
  const sum = async (section: Section, count: number) => {
    const group = section === "b2" ? 2 : 1;
    const parts = slices(count, pool.threads, section === "b2" ? 4 : 2).map(({ from, to }) =>
      run({ kind: "sum", section, from, to, witness }, (to - from) * WEIGHTS[section]),
    );
    return engine.sum(group, await Promise.all(parts));
  };
  const quotient = async () => {
    const matrices = [0, 1, 2] as const;
    const work = matrices.map((matrix) => run({ kind: "evaluate", matrix, witness }, 2 ** key.log * WEIGHTS.evaluate));
    const [a, b, c] = (await Promise.all(work)) as [Uint8Array, Uint8Array, Uint8Array];
    const parts = slices(2 ** key.log, pool.threads, 2).map(({ from, to }) => {
      const cut = (values: Uint8Array) => values.slice(from * ELEMENT, to * ELEMENT);
      return run({ kind: "quotient", from, to, values: [cut(a), cut(b), cut(c)] }, (to - from) * WEIGHTS.h);
    });
    return engine.sum(1, await Promise.all(parts));
  };
  const privates = key.wires - 1 - key.publics - key.committed;
  const work = Promise.all([quotient(), sum("b2", key.bWires.length), sum("a", key.aWires.length), sum("k", privates)]);
  const [h, b, a, k] = await abortable(work, signal);
  return assemble(engine, key, { h, b, a, k }, blinder ?? 0n);
}

/** Relative costs of a point. */
const WEIGHTS = { a: 1, b2: 3, k: 1, ic: 1, h: 1, evaluate: 0.1 } as const;

function counter(key: ProvingKey, onProgress: ((done: number) => void) | undefined): (weight: number) => void {
  const total =
    key.aWires.length + 3 * key.bWires.length + (key.wires - 1 - key.publics - key.committed) + 1.3 * 2 ** key.log;
  let done = 0;
  return (weight) => {
    done += weight;
    onProgress?.(Math.min(1, done / total));
  };
}

/** Equal parts, so many that all threads end at about the same time. */
function slices(count: number, threads: number, perThread: number): { from: number; to: number }[] {
  // Parts of fewer points cost more each: buckets and inversions are shared by less.
  const parts = threads < 2 ? 1 : Math.max(1, Math.min(threads * perThread, Math.floor(count / 4_096), 64));
  const wanted = Math.max(parts, threads > 1 && count > 256 ? threads : 1);
  return Array.from({ length: wanted }, (_, i) => ({
    from: Math.floor((count * i) / wanted),
    to: Math.floor((count * (i + 1)) / wanted),
  }));
}

interface Sums {
  readonly h: Uint8Array;
  readonly a: Uint8Array;
  /** In G2: G1's is not needed, see {@link assemble}. */
  readonly b: Uint8Array;
  readonly k: Uint8Array;
}

/**
 * The proof's points. Groth16's own r would ask for the sum of B in G1 too. Instead the proof of r = 0 is blinded by a factor, as anybody
 * could (Bowe and Gabizon, eprint 2018/187; Baghery, Kohlweiss, Siim, Volkhov, eprint 2020/811): A / z and z B have the same product. With z
 * and s fresh A and B are uniform and independent, and C is the one that fits: what Groth16's simulator gives, and what r and s would give.
 */
function assemble(engine: Engine, key: ProvingKey, sums: Sums, blinder: bigint): Proof {
  const s = randomScalar();
  const z = randomScalar();
  const one = (points: Uint8Array[], factors: bigint[]) => engine.msm(1, concat(points), toBytes(factors));
  const a = one([key.alpha1, sums.a], [1n, 1n]);
  const b = engine.msm(2, concat([key.beta2, sums.b, key.delta2]), toBytes([z, z, mod(z * s)]));
  // The commitment has blinder * eta / gamma: what it adds to the equation is taken away here.
  const committed = key.committed > 0 ? [key.blinder.subarray(64)] : [];
  const c = one([sums.k, sums.h, a, ...committed], [1n, 1n, s, ...committed.map(() => mod(-blinder))]);
  return { a: readG1(one([a], [inverse(z)])), b: readG2(b), c: readG1(c) };
}

/** @throws KeyError */
function checkWitness(key: ProvingKey, witness: Witness): void {
  if (witness.length !== key.wires * SCALAR) {
    throw new KeyError(`the witness has ${witness.length} bytes, the circuit wants ${key.wires * SCALAR}`);
  }
  // The core takes scalars below 2^254; above r they would be another, equal witness.
  if (fromBytes(witness.slice(0, SCALAR))[0] !== 1n) throw new KeyError("wire 0 of the witness is not 1");
  const view = new DataView(witness.buffer, witness.byteOffset, witness.byteLength);
  const top = FIELD >> 192n;
  for (let at = 0; at < witness.length; at += SCALAR) {
    if (view.getBigUint64(at + 24, true) < top) continue;
    if ((fromBytes(witness.slice(at, at + SCALAR))[0] ?? 0n) >= FIELD) {
      throw new KeyError(`wire ${at / SCALAR} of the witness is not below the field's order`);
    }
  }
}
