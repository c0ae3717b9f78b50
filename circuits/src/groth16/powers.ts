import { toBytes } from "../field.js";
import type { PowersOfTau } from "../formats/ptau.js";
import { concat, Engine, type Group, POINT } from "../prover/engine.js";
import type { R1cs, SparseMatrix } from "../r1cs.js";
import { part, step, type WorkOptions } from "../work.js";
import { checkKey, domainLog, KeyError, type ProvingKey, sharedCopy, sharedWords, shareMatrix } from "./key.js";
import { finitePoints, GENERATOR1, GENERATOR2, pickPoints, writePoint } from "./points.js";
import { checkCommitted } from "./setup.js";

/** Terms that are worked on at once: bounds the memory, and the time until an interruption is heard. */
const TERMS = 1_024;

/**
 * First key of a circuit from powers of tau. Its delta is the generator: verifiers refuse it until parties have contributed.
 * Takes about a millisecond for each term of the matrices.
 * @throws KeyError when the powers are too few, or a committed wire is in no constraint
 */
export async function setupFromPtau(system: R1cs, powers: PowersOfTau, options: WorkOptions = {}): Promise<ProvingKey> {
  checkCommitted(system);
  const log = domainLog(system);
  if (log > powers.power) throw new KeyError(`the circuit needs powers of tau of 2^${log}, not 2^${powers.power}`);
  const engine = await Engine.create();
  const { wires, publics, committed, constraints } = system;
  const known = 1 + publics + committed;
  const g1 = lagrangeBasis(powers.basis1, log);
  const [alpha, beta] = [lagrangeBasis(powers.alphaBasis1, log), lagrangeBasis(powers.betaBasis1, log)];
  const values = toBytes(system.coefficients);
  const columns = {
    a: transpose(system.a, wires, { from: constraints, count: known }),
    b: transpose(system.b, wires),
    c: transpose(system.c, wires),
  };
  const sums = { engine, values, wires };
  const a = await combine(sums, 1, [[columns.a, g1]], part(options, 0, 0.15));
  const b1 = await combine(sums, 1, [[columns.b, g1]], part(options, 0.15, 0.3));
  const b2 = await combine(sums, 2, [[columns.b, lagrangeBasis(powers.basis2, log, 2)]], part(options, 0.3, 0.7));
  const all = await combine(
    sums,
    1,
    [
      [columns.a, beta],
      [columns.b, alpha],
      [columns.c, g1],
    ],
    part(options, 0.7, 1),
  );
  const one = writePoint(GENERATOR1);
  const two = writePoint(GENERATOR2);
  const aWires = finitePoints(a, 64);
  const bWires = finitePoints(b1, 64);
  const key: ProvingKey = {
    development: false,
    ...{ wires, publics, committed, constraints, log },
    alpha1: sharedCopy(powers.alpha1),
    beta1: sharedCopy(powers.beta1),
    beta2: sharedCopy(powers.beta2),
    delta1: one,
    gamma2: two,
    delta2: two,
    ic: sharedCopy(all.subarray(0, 64 * known)),
    blinder: committed === 0 ? new Uint8Array() : concat([one, one]),
    aWires: sharedWords(aWires),
    bWires: sharedWords(bWires),
    a: sharedCopy(pickPoints(a, aWires, 64)),
    b1: sharedCopy(pickPoints(b1, bWires, 64)),
    b2: sharedCopy(pickPoints(b2, bWires, 128)),
    k: sharedCopy(all.subarray(64 * known)),
    h: sharedCopy(oddCosetBasis(powers, log)),
    coefficients: sharedCopy(values),
    matrices: [shareMatrix(system.a), shareMatrix(system.b), shareMatrix(system.c)],
  };
  checkKey(key);
  return key;
}

/** The Lagrange basis of the domain of 2^log from a prepared file's list. */
export function lagrangeBasis(points: Uint8Array, log: number, group: Group = 1): Uint8Array {
  const size = 2 ** log;
  return points.subarray((size - 1) * POINT[group], (2 * size - 1) * POINT[group]);
}

/** What H is before delta: every other point of the basis of the domain twice as large. */
export function oddCosetBasis(powers: PowersOfTau, log: number): Uint8Array<ArrayBuffer> {
  const finer = lagrangeBasis(powers.basis1, log + 1);
  const out = new Uint8Array(64 * 2 ** log);
  for (let i = 0; i < 2 ** log; i++) out.set(finer.subarray(64 * (2 * i + 1), 64 * (2 * i + 2)), 64 * i);
  return out;
}

/** Terms by wire: rows and coefficients. */
interface Columns {
  readonly starts: Uint32Array;
  readonly rows: Uint32Array;
  /** Index of the coefficient, or ONE. */
  readonly coefficients: Uint32Array;
}

const ONE = 0xffffffff;

/** @param own rows of wires 0 to count - 1 themselves */
function transpose(matrix: SparseMatrix, wires: number, own = { from: 0, count: 0 }): Columns {
  const starts = new Uint32Array(wires + 1);
  for (const wire of matrix.wires) starts[wire + 1] = (starts[wire + 1] ?? 0) + 1;
  for (let wire = 0; wire < wires; wire++) {
    starts[wire + 1] = (starts[wire + 1] ?? 0) + (starts[wire] ?? 0) + (wire < own.count ? 1 : 0);
  }
  const next = starts.slice();
  const rows = new Uint32Array(starts[wires] ?? 0);
  const coefficients = new Uint32Array(rows.length);
  const add = (wire: number, row: number, coefficient: number) => {
    const at = next[wire] ?? 0;
    rows[at] = row;
    coefficients[at] = coefficient;
    next[wire] = at + 1;
  };
  for (let row = 0; row + 1 < matrix.starts.length; row++) {
    for (let i = matrix.starts[row] ?? 0; i < (matrix.starts[row + 1] ?? 0); i++) {
      add(matrix.wires[i] ?? 0, row, matrix.coefficients[i] ?? 0);
    }
  }
  for (let wire = 0; wire < own.count; wire++) add(wire, own.from + wire, ONE);
  return { starts, rows, coefficients };
}

/** For every wire the sum of its terms' points times coefficients, over several matrices with a basis each. */
async function combine(
  { engine, values, wires }: { engine: Engine; values: Uint8Array; wires: number },
  group: Group,
  parts: readonly (readonly [Columns, Uint8Array])[],
  options: WorkOptions,
): Promise<Uint8Array> {
  const size = POINT[group];
  const out = new Uint8Array(wires * size);
  const one = toBytes([1n]);
  const termsOf = (wire: number) =>
    parts.reduce((sum, [{ starts }]) => sum + (starts[wire + 1] ?? 0) - (starts[wire] ?? 0), 0);
  // A wire with more terms than fit takes more space alone.
  for (let first = 0; first < wires; ) {
    let last = first;
    let terms = 0;
    while (last < wires && (last === first || terms + termsOf(last) <= TERMS)) terms += termsOf(last++);
    const points = new Uint8Array(terms * size);
    const scalars = new Uint8Array(terms * 32);
    const starts = new Uint32Array(last - first + 1);
    let at = 0;
    for (let wire = first; wire < last; wire++) {
      for (const [columns, basis] of parts) {
        for (let i = columns.starts[wire] ?? 0; i < (columns.starts[wire + 1] ?? 0); i++) {
          const row = (columns.rows[i] ?? 0) * size;
          const index = columns.coefficients[i] ?? ONE;
          points.set(basis.subarray(row, row + size), at * size);
          scalars.set(index === ONE ? one : values.subarray(32 * index, 32 * index + 32), at * 32);
          at++;
        }
      }
      starts[wire - first + 1] = at;
    }
    out.set(engine.columns(group, points, scalars, starts), first * size);
    first = last;
    await step(options, first / wires);
  }
  return out;
}
