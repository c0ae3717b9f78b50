import { Field } from "@noble/curves/abstract/modular.js";
import { grainGenConstants } from "@noble/curves/abstract/poseidon.js";
import { CircuitError } from "../errors.js";
import { mod } from "../field.js";
import { FIELD } from "../r1cs.js";

/** Full rounds; half of them before the partial ones, half after. */
export const FULL_ROUNDS = 8;

/** Partial rounds for widths 2 to 17: table 2 of the Poseidon paper (eprint 2019/458), as circomlib rounds them. */
export const PARTIAL_ROUNDS = [56, 57, 56, 60, 60, 63, 64, 63, 60, 66, 60, 65, 70, 60, 64, 68] as const;

export const MAX_WIDTH = 17;

/** What goes into an S-box, or out of the permutation: a constant and a combination of earlier S-boxes' results. */
export interface Mix {
  readonly constant: bigint;
  /** Consecutive S-boxes from `first` on. */
  readonly first: number;
  readonly coefficients: readonly bigint[];
}

/**
 * Poseidon with x^5 as combinations of S-boxes: the first `width` S-boxes take the state plus `entry`, each later one a mix of
 * the results of earlier ones. Constraints and values both follow from it.
 */
export interface Permutation {
  readonly width: number;
  readonly entry: readonly bigint[];
  /** S-boxes `width`, `width + 1` and so on. */
  readonly mixes: readonly Mix[];
  readonly outputs: readonly Mix[];
}

const known = new Map<number, Permutation>();

/**
 * The permutation of a width. Round constants and matrix come from the Grain generator of the reference script
 * (generate_parameters_grain.sage 1 0 254 width 8 partial-rounds): circomlib's and poseidon-lite's, element for element.
 */
export function permutation(width: number): Permutation {
  let found = known.get(width);
  if (found === undefined) {
    found = derive(width);
    known.set(width, found);
  }
  return found;
}

/** Constants and matrix of a width. @throws CircuitError `BAD_CIRCUIT` when no round numbers are published for it */
export function parameters(width: number): { roundConstants: bigint[][]; mds: bigint[][]; roundsPartial: number } {
  const roundsPartial = PARTIAL_ROUNDS[width - 2];
  if (roundsPartial === undefined) throw new CircuitError("BAD_CIRCUIT", `no Poseidon of width ${width}: 2 to 17`);
  const options = { Fp: Field(FIELD), t: width, roundsFull: FULL_ROUNDS, roundsPartial, sboxPower: 5 };
  return { ...grainGenConstants(options), roundsPartial };
}

/** A row of the state: dense coefficients over S-boxes from `first` on. */
interface Row {
  constant: bigint;
  coefficients: bigint[];
}

function derive(width: number): Permutation {
  const { roundConstants, mds, roundsPartial } = parameters(width);
  const half = FULL_ROUNDS / 2;
  const mixes: Mix[] = [];
  let first = 0;
  let boxes = width;
  let state: Row[] = units(width);
  for (let round = 1; round < FULL_ROUNDS + roundsPartial; round++) {
    const mixed = multiply(mds, state);
    const constants = roundConstants[round] as bigint[];
    for (const [i, row] of mixed.entries()) row.constant = mod(row.constant + (constants[i] as bigint));
    const take = (row: Row) => mixes.push({ first, ...row });
    if (round < half || round >= half + roundsPartial) {
      mixed.forEach(take);
      first = boxes;
      boxes += width;
      state = units(width);
    } else {
      take(mixed[0] as Row);
      const span = boxes - first;
      const next = Array.from({ length: span + 1 }, (_, i) => (i === span ? 1n : 0n));
      state = [{ constant: 0n, coefficients: next }, ...mixed.slice(1)];
      for (const row of mixed.slice(1)) row.coefficients.push(0n);
      boxes++;
    }
  }
  const outputs = multiply(mds, state).map((row) => ({ first, ...row }));
  return { width, entry: roundConstants[0] as bigint[], mixes, outputs };
}

function units(width: number): Row[] {
  return Array.from({ length: width }, (_, i) => ({
    constant: 0n,
    coefficients: Array.from({ length: width }, (_, j) => (i === j ? 1n : 0n)),
  }));
}

function multiply(mds: readonly (readonly bigint[])[], state: readonly Row[]): Row[] {
  const columns = state[0]?.coefficients.length ?? 0;
  return mds.map((factors) => {
    const dot = (of: (row: Row) => bigint) => {
      let total = 0n;
      for (let j = 0; j < state.length; j++) {
        const value = of(state[j] as Row);
        if (value !== 0n) total += (factors[j] as bigint) * value;
      }
      return mod(total);
    };
    // A state of plain S-boxes: the matrix's own row, so that all full rounds share their numbers in memory.
    const plain = state.every(({ coefficients }, i) => coefficients[i] === 1n && coefficients.length === state.length);
    if (plain) return { constant: 0n, coefficients: [...factors] };
    const coefficients = Array.from({ length: columns }, (_, k) => dot((row) => row.coefficients[k] as bigint));
    return { constant: dot((row) => row.constant), coefficients };
  });
}
