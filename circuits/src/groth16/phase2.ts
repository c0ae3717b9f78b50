import { inverse, randomScalar, toBytes } from "../field.js";
import type { PowersOfTau } from "../formats/ptau.js";
import { concat, Engine, type Group, POINT } from "../prover/engine.js";
import type { R1cs, SparseMatrix } from "../r1cs.js";
import { checkKey, domainLog, encodeKey, KeyError, type ProvingKey, sharedCopy, sharedWords } from "./key.js";
import { GENERATOR1, GENERATOR2, readG1, readG2, toG1, toG2, writePoint } from "./points.js";
import { checkCommitted, shareMatrix } from "./setup.js";
import { pairingIsOne } from "./verify.js";

/** Terms that are worked on at once: bounds the memory. */
const TERMS = 4_096;

/**
 * First key of a circuit from powers of tau. Its delta is the generator: verifiers refuse it until parties have contributed.
 * Takes about a millisecond for each term of the matrices.
 * @throws KeyError when the powers are too few, or a committed wire is in no constraint
 */
export async function setupFromPtau(system: R1cs, powers: PowersOfTau): Promise<ProvingKey> {
  checkCommitted(system);
  const log = domainLog(system);
  if (log > powers.power) throw new KeyError(`the circuit needs powers of tau of 2^${log}, not 2^${powers.power}`);
  const engine = await Engine.create();
  const size = 2 ** log;
  const { wires, publics, committed, constraints } = system;
  const known = 1 + publics + committed;
  const basis = (points: Uint8Array, group: Group) =>
    points.subarray((size - 1) * POINT[group], (2 * size - 1) * POINT[group]);
  const g1 = basis(powers.basis1, 1);
  const [alpha, beta] = [basis(powers.alphaBasis1, 1), basis(powers.betaBasis1, 1)];
  const values = toBytes(system.coefficients);
  const columns = {
    a: transpose(system.a, wires, { from: constraints, count: known }),
    b: transpose(system.b, wires),
    c: transpose(system.c, wires),
  };
  const a = combine(engine, 1, values, wires, [[columns.a, g1]]);
  const b1 = combine(engine, 1, values, wires, [[columns.b, g1]]);
  const b2 = combine(engine, 2, values, wires, [[columns.b, basis(powers.basis2, 2)]]);
  const all = combine(engine, 1, values, wires, [
    [columns.a, beta],
    [columns.b, alpha],
    [columns.c, g1],
  ]);
  const h = new Uint8Array(64 * size);
  const finer = powers.basis1.subarray((2 * size - 1) * 64);
  for (let i = 0; i < size; i++) h.set(finer.subarray(64 * (2 * i + 1), 64 * (2 * i + 2)), 64 * i);
  const one = writePoint(GENERATOR1);
  const two = writePoint(GENERATOR2);
  const aWires = finite(a, 64);
  const bWires = finite(b1, 64);
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
    a: pick(a, aWires, 64),
    b1: pick(b1, bWires, 64),
    b2: pick(b2, bWires, 128),
    k: sharedCopy(all.subarray(64 * known)),
    h: sharedCopy(h),
    coefficients: sharedCopy(values),
    matrices: [shareMatrix(system.a), shareMatrix(system.b), shareMatrix(system.c)],
  };
  checkKey(key);
  return key;
}

/**
 * A party's part of the second phase: delta and eta (tier 2's blinder) times secrets that it then forgets. One honest party is enough.
 * @param secrets uniform and not 0; default: fresh ones
 */
export async function contribute(
  key: ProvingKey,
  secrets: { readonly delta: bigint; readonly eta: bigint } = { delta: randomScalar(), eta: randomScalar() },
): Promise<ProvingKey> {
  const engine = await Engine.create();
  const [delta, eta] = [toBytes([secrets.delta]), toBytes([secrets.eta])];
  const over = toBytes([inverse(secrets.delta)]);
  const scaled = (points: Uint8Array, factor: Uint8Array) => sharedCopy(engine.scale(1, points, factor));
  const blinder = engine.scale(1, key.blinder, eta);
  return {
    ...key,
    delta1: scaled(key.delta1, delta),
    delta2: sharedCopy(engine.scale(2, key.delta2, delta)),
    k: scaled(key.k, over),
    h: scaled(key.h, over),
    blinder: sharedCopy(concat([blinder.subarray(0, 64), engine.scale(1, blinder.subarray(64), over)])),
  };
}

/**
 * Whether a key is another one with contributions, and nothing else: what must stay has stayed, and delta divides all that it
 * must. Anybody can check a transcript so, key after key, from the first one.
 */
export async function checkContribution(before: ProvingKey, after: ProvingKey): Promise<boolean> {
  const { delta1, delta2, k, h, blinder } = before;
  const same = encodeKey({ ...after, delta1, delta2, k, h, blinder });
  if (!equal(same, encodeKey(before)) || after.blinder.length !== blinder.length) return false;
  if (after.k.length !== k.length || after.h.length !== h.length) return false;
  const engine = await Engine.create();
  const g2 = toG2(GENERATOR2);
  const [older, newer] = [toG2(readG2(delta2)), toG2(readG2(after.delta2))];
  if (newer.is0()) return false;
  const ratio = (left: Uint8Array, right: Uint8Array): boolean => {
    const factors = toBytes(Array.from({ length: left.length / 64 }, randomScalar));
    const [x, y] = [left, right].map((points) => toG1(readG1(engine.msm(1, points, factors))));
    return (
      x !== undefined &&
      y !== undefined &&
      pairingIsOne([
        [x, newer],
        [y.negate(), older],
      ])
    );
  };
  const point = (bytes: Uint8Array) => toG1(readG1(bytes));
  const generator = toG1(GENERATOR1);
  if (
    !pairingIsOne([
      [point(after.delta1), g2],
      [generator.negate(), newer],
    ])
  )
    return false;
  if (!ratio(after.k, k) || !ratio(after.h, h)) return false;
  if (blinder.length === 0) return true;
  const [x, y] = [point(after.blinder.subarray(0, 64)), point(after.blinder.subarray(64))];
  return (
    !x.is0() &&
    pairingIsOne([
      [x, toG2(readG2(after.gamma2))],
      [y.negate(), newer],
    ])
  );
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
function combine(
  engine: Engine,
  group: Group,
  values: Uint8Array,
  wires: number,
  parts: readonly (readonly [Columns, Uint8Array])[],
): Uint8Array {
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
  }
  return out;
}

function finite(points: Uint8Array, size: number): number[] {
  const out: number[] = [];
  for (let i = 0; i < points.length / size; i++) {
    if (points.subarray(i * size, (i + 1) * size).some((byte) => byte !== 0)) out.push(i);
  }
  return out;
}

function pick(points: Uint8Array, wires: readonly number[], size: number): Uint8Array {
  return sharedCopy(concat(wires.map((wire) => points.subarray(wire * size, (wire + 1) * size))));
}

function equal(left: Uint8Array, right: Uint8Array): boolean {
  return left.length === right.length && left.every((byte, i) => byte === right[i]);
}
