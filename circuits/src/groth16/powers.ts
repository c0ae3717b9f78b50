import { toBytes } from "../field.js";
import type { PowersOfTau } from "../formats/ptau.js";
import { concat } from "../prover/engine.js";
import { runJobs, type SetupJob, type SetupOptions } from "../prover/jobs.js";
import { type Group, POINT, SCALAR } from "../prover/layout.js";
import type { SetupTask } from "../prover/setup-tasks.js";
import type { R1cs, SparseMatrix } from "../r1cs.js";
import { checkKey, domainLog, KeyError, type ProvingKey, sharedCopy, sharedWords, shareMatrix } from "./key.js";
import { finitePoints, GENERATOR1, GENERATOR2, pickPoints, writePoint } from "./points.js";
import { checkCommitted } from "./setup.js";

/** Terms of one task: bounds the memory, and the time until an interruption is heard. */
const TERMS = 1_024;
/** Relative costs of a term, and what one of G1 takes. */
const COSTS = { 1: 1, 2: 3 } as const;
const MILLISECONDS = 0.2;

/**
 * First key of a circuit from powers of tau. Its delta is the generator: verifiers refuse it until parties have contributed.
 * Takes about a millisecond of one thread for each term of the matrices; the key is the same for any number of threads.
 * @throws KeyError when the powers are too few, or a committed wire is in no constraint; RangeError for wrong `threads`
 */
export async function setupFromPtau(
  system: R1cs,
  powers: PowersOfTau,
  options: SetupOptions = {},
): Promise<ProvingKey> {
  checkCommitted(system);
  const log = domainLog(system);
  if (log > powers.power) throw new KeyError(`the circuit needs powers of tau of 2^${log}, not 2^${powers.power}`);
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
  const [a, b1, all] = [1, 1, 1].map(() => new Uint8Array(wires * POINT[1])) as [Points, Points, Points];
  const b2 = new Uint8Array(wires * POINT[2]);
  // The longest tasks first, so that all threads end at about the same time.
  const sums: Sums[] = [
    { group: 2, out: b2, parts: [[columns.b, lagrangeBasis(powers.basis2, log, 2)]] },
    {
      group: 1,
      out: all,
      parts: [
        [columns.a, beta],
        [columns.b, alpha],
        [columns.c, g1],
      ],
    },
    { group: 1, out: a, parts: [[columns.a, g1]] },
    { group: 1, out: b1, parts: [[columns.b, g1]] },
  ];
  const total = sums.reduce((sum, { group, parts }) => sum + COSTS[group] * countTerms(parts), 0);
  await runJobs(jobsOf(sums, values, total), total * MILLISECONDS, options);
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

type Points = Uint8Array<ArrayBuffer>;
type Parts = readonly (readonly [Columns, Uint8Array])[];

/** For every wire the sum of its terms' points times coefficients, over several matrices with a basis each. */
interface Sums {
  readonly group: Group;
  readonly parts: Parts;
  readonly out: Uint8Array;
}

function* jobsOf(sums: readonly Sums[], values: Uint8Array, total: number): Generator<SetupJob> {
  for (const { group, parts, out } of sums) {
    const wires = out.length / POINT[group];
    // A wire with more terms than fit takes more space alone.
    for (let first = 0; first < wires; ) {
      let last = first + 1;
      let terms = countTerms(parts, first, last);
      for (; last < wires; last++) {
        const more = countTerms(parts, last, last + 1);
        if (terms + more > TERMS) break;
        terms += more;
      }
      const at = first * POINT[group];
      const task = gather(group, parts, values, { first, last, terms });
      yield { task, share: (COSTS[group] * terms) / total, take: (points) => out.set(points, at) };
      first = last;
    }
  }
}

/** The terms of the wires from `first` to `last` - 1. */
function gather(
  group: Group,
  parts: Parts,
  values: Uint8Array,
  { first, last, terms }: { readonly first: number; readonly last: number; readonly terms: number },
): SetupTask {
  const size = POINT[group];
  const points = new Uint8Array(terms * size);
  const scalars = new Uint8Array(terms * SCALAR);
  const starts = new Uint32Array(last - first + 1);
  let at = 0;
  for (let wire = first; wire < last; wire++) {
    for (const [columns, basis] of parts) {
      for (let i = columns.starts[wire] ?? 0; i < (columns.starts[wire + 1] ?? 0); i++) {
        const row = (columns.rows[i] ?? 0) * size;
        const index = columns.coefficients[i] ?? ONE;
        points.set(basis.subarray(row, row + size), at * size);
        if (index === ONE) scalars[at * SCALAR] = 1;
        else scalars.set(values.subarray(SCALAR * index, SCALAR * (index + 1)), at * SCALAR);
        at++;
      }
    }
    starts[wire - first + 1] = at;
  }
  return { kind: "columns", group, points, scalars, starts };
}

function countTerms(parts: Parts, first = 0, last?: number): number {
  return parts.reduce((sum, [{ starts }]) => sum + (starts[last ?? starts.length - 1] ?? 0) - (starts[first] ?? 0), 0);
}
