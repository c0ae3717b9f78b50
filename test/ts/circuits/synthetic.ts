import { FIELD, type R1cs, type SparseMatrix, type Witness } from "@freehold/circuits";

/** A deterministic generator of numbers below 2^32 (mulberry32). */
export function numbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return (t ^ (t >>> 14)) >>> 0;
  };
}

export function scalars(seed: number): () => bigint {
  const next = numbers(seed);
  return () => {
    let value = 0n;
    for (let i = 0; i < 9; i++) value = (value << 32n) | BigInt(next());
    return value % FIELD;
  };
}

export interface Synthetic {
  readonly system: R1cs;
  readonly witness: Witness;
  readonly publics: bigint[];
  readonly committed: bigint[];
}

/**
 * A satisfied constraint system in which every constraint defines a wire, the last ones the public wires: a share of the wires
 * are bits, the others fill the field; rows have up to `terms` terms, as Poseidon's mixing has.
 */
export function synthetic(parameters: {
  constraints: number;
  publics?: number;
  committed?: number;
  bits?: number;
  terms?: number;
  seed?: number;
}): Synthetic {
  const { constraints, publics = 3, committed = 0, bits = 0.3, terms = 4, seed = 1 } = parameters;
  const next = numbers(seed);
  const scalar = scalars(seed + 1);
  const known = 1 + publics + committed;
  const wires = known + constraints + 2;
  const values = new Array<bigint>(wires).fill(0n);
  values[0] = 1n;
  for (let i = 1; i < known; i++) values[i] = scalar();
  values[known] = scalar();
  values[known + 1] = scalar();
  const coefficients = [1n, FIELD - 1n, ...Array.from({ length: 30 }, scalar)];
  const rows: [number, number][][][] = [];
  for (let row = 0; row < constraints; row++) {
    const out = known + 2 + row;
    if (row >= committed && next() / 2 ** 32 < bits) {
      values[out] = BigInt(next() & 1);
      // out * (1 - out) = 0
      rows.push([
        [[out, 0]],
        [
          [0, 0],
          [out, 1],
        ],
        [],
      ]);
      continue;
    }
    const side = () => {
      const used = new Set(Array.from({ length: 1 + (next() % terms) }, () => next() % out));
      return [...used].map((wire): [number, number] => [wire, next() % coefficients.length]);
    };
    const [left, right] = [side(), side()];
    // Every committed wire is in a constraint.
    const wire = 1 + publics + row;
    if (row < committed && !left.some(([used]) => used === wire)) left.push([wire, 0]);
    const of = (list: [number, number][]) =>
      list.reduce((sum, [wire, index]) => sum + (values[wire] ?? 0n) * (coefficients[index] ?? 0n), 0n) % FIELD;
    values[out] = (of(left) * of(right)) % FIELD;
    rows.push([left, right, [[out, 0]]]);
  }
  const witness = new Uint8Array(32 * wires);
  for (const [i, value] of values.entries()) witness.set(littleEndian(value), 32 * i);
  const [a, b, c] = [0, 1, 2].map((i) => matrix(rows.map((row) => row[i] ?? []))) as [
    SparseMatrix,
    SparseMatrix,
    SparseMatrix,
  ];
  return {
    system: { wires, publics, committed, constraints, coefficients, a, b, c },
    witness,
    publics: values.slice(1, 1 + publics),
    committed: values.slice(1 + publics, known),
  };
}

function matrix(rows: [number, number][][]): SparseMatrix {
  const starts = [0];
  for (const row of rows) starts.push((starts.at(-1) ?? 0) + row.length);
  return {
    starts: Uint32Array.from(starts),
    wires: Uint32Array.from(rows.flat().map(([wire]) => wire)),
    coefficients: Uint32Array.from(rows.flat().map(([, index]) => index)),
  };
}

function littleEndian(value: bigint): Uint8Array {
  return Uint8Array.from(value.toString(16).padStart(64, "0").match(/../g) ?? [], (byte) =>
    Number.parseInt(byte, 16),
  ).reverse();
}

/** What a function throws. */
export function refusal(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  throw new Error("nothing was refused");
}
