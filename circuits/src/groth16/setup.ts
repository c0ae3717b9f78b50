import { sha512 } from "@noble/hashes/sha2.js";
import { utf8ToBytes } from "@noble/hashes/utils.js";
import { fromBytes, inverse, mod, power, rootOfUnity, toBytes } from "../field.js";
import { ELEMENT, Engine } from "../prover/engine.js";
import type { SetupOptions } from "../prover/jobs.js";
import { SCALAR } from "../prover/layout.js";
import { FIELD, type R1cs, type SparseMatrix } from "../r1cs.js";
import { checkKey, domainLog, KeyError, type ProvingKey, sharedCopy, sharedWords, shareMatrix } from "./key.js";
import { multiplesOf } from "./multiples.js";

/** Public seed of all development keys: its secrets are known to everybody. */
export const DEVELOPMENT_SEED = "freehold development set-up: the secrets of this key are public";

/** The secrets of a set-up: whoever knows them forges. */
export interface Secrets {
  readonly tau: bigint;
  readonly alpha: bigint;
  readonly beta: bigint;
  readonly gamma: bigint;
  readonly delta: bigint;
  /** Of the commitment's blinder (tier 2). */
  readonly eta: bigint;
}

/** A scalar of a seed and a label: 64 bytes reduced. */
export function seededScalar(seed: string, label: string): bigint {
  const value = (fromBytes(sha512(utf8ToBytes(`${seed}/${label}`)), 64)[0] ?? 0n) % FIELD;
  return value === 0n ? 1n : value;
}

export function seededSecrets(seed: string): Secrets {
  const of = (label: string) => seededScalar(seed, label);
  return {
    tau: of("tau"),
    alpha: of("alpha"),
    beta: of("beta"),
    gamma: of("gamma"),
    delta: of("delta"),
    eta: of("eta"),
  };
}

/**
 * Groth16 keys of a circuit for development and tests, in this process, the same for the same seed and any number of threads. The
 * key says `development: true`, and verifiers refuse it away from local chains: its secrets follow from a public seed.
 * @throws KeyError when a committed wire is in no constraint; RangeError for wrong `threads`
 */
export async function developmentSetup(
  system: R1cs,
  { seed = DEVELOPMENT_SEED, ...options }: SetupOptions & { readonly seed?: string } = {},
): Promise<ProvingKey> {
  return setupWith(system, seededSecrets(seed), options);
}

/** Keys from secrets that the caller knows; for development and tests of forgeries, hence always `development: true`. */
export async function setupWith(system: R1cs, secrets: Secrets, options: SetupOptions = {}): Promise<ProvingKey> {
  checkCommitted(system);
  const engine = await Engine.create();
  const log = domainLog(system);
  const { a, b, k } = evaluate(engine, system, secrets, log);
  const size = 2 ** log;
  const known = 1 + system.publics + system.committed;
  const aWires = nonZero(a);
  const bWires = nonZero(b);
  const bScalars = pick(b, bWires);
  const h = engine.scoped(() => {
    const root = rootOfUnity(log + 1);
    const over = mod((power(secrets.tau, BigInt(2 * size)) - 1n) * inverse(secrets.delta * BigInt(2 * size)));
    return engine.readScalars(lagrange(engine, secrets.tau, root, mod(root * root), size, over), size);
  });
  const { alpha, beta, gamma, delta, eta } = secrets;
  const blinder = system.committed === 0 ? [] : [mod(eta * inverse(gamma)), mod(eta * inverse(delta))];
  const points = await multiplesOf(
    {
      alpha1: toBytes([alpha]),
      beta1: toBytes([beta]),
      delta1: toBytes([delta]),
      ic: k.subarray(0, known * SCALAR),
      blinder: toBytes(blinder),
      a: pick(a, aWires),
      b1: bScalars,
      k: k.subarray(known * SCALAR),
      h,
    },
    { beta2: toBytes([beta]), gamma2: toBytes([gamma]), delta2: toBytes([delta]), b2: bScalars },
    options,
  );
  const key: ProvingKey = {
    development: true,
    wires: system.wires,
    publics: system.publics,
    committed: system.committed,
    constraints: system.constraints,
    log,
    ...points,
    aWires: sharedWords(aWires),
    bWires: sharedWords(bWires),
    coefficients: sharedCopy(toBytes(system.coefficients)),
    matrices: [shareMatrix(system.a), shareMatrix(system.b), shareMatrix(system.c)],
  };
  checkKey(key);
  return key;
}

/**
 * A committed wire that no constraint uses would commit to nothing: a second opening of one anchor.
 * @throws KeyError
 */
export function checkCommitted(system: R1cs): void {
  const first = 1 + system.publics;
  const used = new Set<number>();
  for (const { wires } of [system.a, system.b, system.c]) for (const wire of wires) used.add(wire);
  for (let wire = first; wire < first + system.committed; wire++) {
    if (!used.has(wire)) throw new KeyError(`committed wire ${wire} is in no constraint`);
  }
}

/** Every wire's polynomials at tau: left, right, and what goes into ic (over gamma) or k (over delta). */
function evaluate(engine: Engine, system: R1cs, secrets: Secrets, log: number) {
  return engine.scoped(() => {
    const { core } = engine;
    const { wires, constraints } = system;
    const known = 1 + system.publics + system.committed;
    const size = 2 ** log;
    const over = mod((power(secrets.tau, BigInt(size)) - 1n) * inverse(BigInt(size)));
    const basis = lagrange(engine, secrets.tau, 1n, rootOfUnity(log), size, over);
    const coefficients = engine.putScalars(toBytes(system.coefficients));
    const [u, v, y] = [system.a, system.b, system.c].map((matrix) => {
      const out = engine.zeros(wires * ELEMENT);
      engine.scoped(() => {
        const [starts, used, indices] = putMatrix(engine, matrix);
        core.timesTransposed(out, starts, used, indices, coefficients, basis, constraints);
      });
      return out;
    }) as [number, number, number];
    // One row more for each wire that the verifier sees: it makes their polynomials independent.
    const one = engine.putScalars(toBytes([1n]));
    core.addMultiple(u, basis + constraints * ELEMENT, one, known);
    const sum = engine.zeros(wires * ELEMENT);
    const factor = (value: bigint) => engine.putScalars(toBytes([value]));
    core.addMultiple(sum, u, factor(secrets.beta), wires);
    core.addMultiple(sum, v, factor(secrets.alpha), wires);
    core.addMultiple(sum, y, one, wires);
    core.multiplyAll(sum, sum, factor(inverse(secrets.gamma)), known);
    const rest = sum + known * ELEMENT;
    core.multiplyAll(rest, rest, factor(inverse(secrets.delta)), wires - known);
    const read = (at: number) => engine.readScalars(at, wires);
    return { a: read(u), b: read(v), k: read(sum) };
  });
}

/** over * x_i / (tau - x_i) for x_i = first * root^i: with the right factor the Lagrange basis at tau. */
function lagrange(engine: Engine, tau: bigint, first: bigint, root: bigint, count: number, over: bigint): number {
  const { core } = engine;
  const out = engine.take(count * ELEMENT);
  engine.scoped(() => {
    const points = engine.take(count * ELEMENT);
    core.powers(points, engine.putScalars(toBytes([root])), engine.putScalars(toBytes([first])), count);
    core.subtractFrom(out, engine.putScalars(toBytes([tau])), points, count);
    core.invertAll(out, count, engine.take((count + 1) * ELEMENT));
    core.multiply(out, out, points, count);
    core.multiplyAll(out, out, engine.putScalars(toBytes([over])), count);
  });
  return out;
}

export function putMatrix(engine: Engine, matrix: SparseMatrix): [number, number, number] {
  return [engine.putWords(matrix.starts), engine.putWords(matrix.wires), engine.putWords(matrix.coefficients)];
}

function nonZero(scalars: Uint8Array): number[] {
  const words = new BigUint64Array(scalars.buffer, scalars.byteOffset, scalars.length / 8);
  const out: number[] = [];
  for (let i = 0; i < words.length; i += 4) {
    if (((words[i] ?? 0n) | (words[i + 1] ?? 0n) | (words[i + 2] ?? 0n) | (words[i + 3] ?? 0n)) !== 0n) out.push(i / 4);
  }
  return out;
}

function pick(scalars: Uint8Array, wires: readonly number[]): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(wires.length * SCALAR);
  for (const [i, wire] of wires.entries()) out.set(scalars.subarray(wire * SCALAR, (wire + 1) * SCALAR), i * SCALAR);
  return out;
}
