import { mod, randomScalar, toBytes } from "../field.js";
import type { PowersOfTau } from "../formats/ptau.js";
import { termsOf, type Zkey } from "../formats/zkey.js";
import {
  areOnCurve,
  areOnCurve2,
  equalBytes,
  GENERATOR1,
  GENERATOR2,
  PointError,
  readG2,
  toG2,
  writePoint,
} from "../groth16/points.js";
import { lagrangeBasis, oddCosetBasis } from "../groth16/powers.js";
import { concat, Engine } from "../prover/engine.js";
import type { R1cs, SparseMatrix } from "../r1cs.js";
import { step, type WorkOptions } from "../work.js";

/**
 * The part of a first key that is not what circuit and powers give, by random combinations: two multi-scalar multiplications a
 * part, where making the key takes one for each wire.
 */
export async function findBadFirst(
  first: Zkey,
  system: R1cs,
  powers: PowersOfTau,
  options: WorkOptions = {},
): Promise<string | undefined> {
  const [one, two] = [writePoint(GENERATOR1), writePoint(GENERATOR2)];
  if (!equalBytes(concat([first.delta1, first.gamma2, first.delta2]), concat([one, two, two])))
    return "gamma or delta is not the generator";
  const { alpha1, beta1, beta2 } = powers;
  if (!equalBytes(concat([first.alpha1, first.beta1, first.beta2]), concat([alpha1, beta1, beta2])))
    return "alpha or beta";
  if (first.blinder.length > 0 && !equalBytes(first.blinder, concat([one, one])))
    return "the blinder is not the generator";
  const part = (id: number) => first.constant.get(id) ?? new Uint8Array();
  if (!equalBytes(part(4), termsOf(system))) return "terms of the constraints";
  if (!equalBytes(first.h, oddCosetBasis(powers, first.log))) return "points H";

  const engine = await Engine.create();
  const { wires } = system;
  const known = 1 + system.publics + system.committed;
  const factors = Array.from({ length: wires }, randomScalar);
  const scalars = toBytes(factors);
  const rows = (matrix: SparseMatrix) => combineRows(system, matrix, factors, 2 ** first.log);
  const [a, b, c] = [rows(system.a), rows(system.b), rows(system.c)];
  for (let wire = 0; wire < known; wire++) a[system.constraints + wire] = factors[wire] ?? 0n;
  const basis = (points: Uint8Array) => lagrangeBasis(points, first.log);
  const [left, right, out] = [toBytes(a), toBytes(b), toBytes(c)];
  await step(options, 0.1);

  const lists: [string, () => Uint8Array, () => Uint8Array][] = [
    ["points A", () => part(5), () => engine.msm(1, basis(powers.basis1), left)],
    ["points B in G1", () => part(6), () => engine.msm(1, basis(powers.basis1), right)],
    [
      "points of public and private wires (IC, L)",
      () => concat([part(3), first.k]),
      () =>
        engine.sum(1, [
          engine.msm(1, basis(powers.betaBasis1), left),
          engine.msm(1, basis(powers.alphaBasis1), right),
          engine.msm(1, basis(powers.basis1), out),
        ]),
    ],
  ];
  for (const [i, [name, points, expected]] of lists.entries()) {
    if (!areOnCurve(points()) || !equalBytes(engine.msm(1, points(), scalars), expected())) return name;
    await step(options, 0.1 + 0.15 * (i + 1));
  }
  const expected = engine.msm(2, lagrangeBasis(powers.basis2, first.log, 2), right);
  if (!equalBytes(engine.msm(2, part(7), scalars), expected)) return "points B in G2";
  await step(options, 0.8);
  return areInGroup2(engine, part(7)) ? undefined : "points B in G2";
}

/**
 * Whether all points are of G2's group. The least factor of the cofactor is 10,069: of so many combinations one misses a point
 * outside of it, and eleven are missed by one in 2^128.
 */
function areInGroup2(engine: Engine, points: Uint8Array): boolean {
  if (!areOnCurve2(points)) return false;
  const count = points.length / 128;
  for (let round = 0; round < 11; round++) {
    const scalars = new Uint8Array(32 * count);
    for (let i = 0; i < count; i++) crypto.getRandomValues(scalars.subarray(32 * i, 32 * i + 2));
    try {
      toG2(readG2(engine.msm(2, points, scalars)));
    } catch (error) {
      if (error instanceof PointError) return false;
      throw error;
    }
  }
  return true;
}

/** For every row the sum of its terms times the factors of their wires. */
function combineRows(system: R1cs, matrix: SparseMatrix, factors: readonly bigint[], size: number): bigint[] {
  const out = new Array<bigint>(size).fill(0n);
  for (let row = 0; row < system.constraints; row++) {
    let sum = 0n;
    for (let i = matrix.starts[row] ?? 0; i < (matrix.starts[row + 1] ?? 0); i++) {
      sum += (system.coefficients[matrix.coefficients[i] ?? 0] ?? 0n) * (factors[matrix.wires[i] ?? 0] ?? 0n);
    }
    out[row] = mod(sum);
  }
  return out;
}
