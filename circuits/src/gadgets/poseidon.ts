import type { Builder } from "../builder/builder.js";
import { add, constant, type Linear } from "../builder/linear.js";
import type { Matrix } from "../builder/rows.js";
import { FIELD } from "../r1cs.js";
import { MAX_WIDTH, type Mix, permutation } from "./poseidon-permutation.js";

/** What a hash is of. A tag of its own for each keeps a commitment of one kind from being read as one of another. */
export const TAGS = { weights: 1n, delta: 2n, input: 3n, output: 4n, data: 5n } as const;
export type Tag = keyof typeof TAGS;

/** Elements of a block: the width less the capacity. */
const RATE = MAX_WIDTH - 1;

/**
 * Poseidon sponge over elements. The capacity starts with tag * 2^32 + length, so that no padding and no other kind of hash
 * collides. Up to 16 elements go through one permutation of just their width, more through blocks of 16.
 * 3 constraints an S-box: 612 a full block, 243 for two elements.
 */
export function sponge(b: Builder, tag: Tag, elements: readonly Linear[], label: string): Linear {
  const rate = Math.min(elements.length, RATE);
  const capacity = constant((TAGS[tag] << 32n) + BigInt(elements.length));
  let state: Linear[] = [capacity, ...Array.from({ length: rate }, () => constant(0n))];
  for (let at = 0; at < elements.length; at += rate) {
    for (const [i, element] of elements.slice(at, at + rate).entries()) {
      state[i + 1] = add(state[i + 1] as Linear, element);
    }
    state = permute(b, state, `${label}.${at / rate}`);
  }
  return state[0] as Linear;
}

/** The permutation on 2 to 17 elements. 3 constraints and wires for each S-box: its square, fourth and fifth power. */
export function permute(b: Builder, state: readonly Linear[], label: string): Linear[] {
  const { width, entry, mixes, outputs } = permutation(state.length);
  const base = b.wires;
  b.allocate(label, 3 * (width + mixes.length));
  for (const [i, element] of state.entries()) {
    const input = add(element, constant(entry[i] as bigint));
    if (b.values !== undefined) power(b.values, base + 3 * i, b.value(input));
    // Straight into the rows: the values above are powers by construction, checking them again would double the time.
    if (b.rows === undefined) continue;
    const wire = (offset: number): Linear => ({ wires: [base + 3 * i + offset], coefficients: [1n] });
    const [x2, x4, x5] = [wire(0), wire(1), wire(2)];
    b.rows.add(input, input, x2);
    b.rows.add(x2, x2, x4);
    b.rows.add(x4, input, x5);
  }
  for (const [i, mix] of mixes.entries()) stamp(b, mix, base, base + 3 * (width + i));
  return outputs.map((mix) => ({
    wires: [0, ...mix.coefficients.map((_, i) => base + 3 * (mix.first + i) + 2)],
    coefficients: [mix.constant, ...mix.coefficients],
  }));
}

/** An S-box whose input is a mix of earlier S-boxes; written straight into rows and values, for there are thousands. */
function stamp(b: Builder, mix: Mix, base: number, box: number): void {
  const { first, coefficients } = mix;
  const from = base + 3 * first + 2;
  const values = b.values;
  if (values !== undefined) {
    let total = mix.constant;
    let at = from;
    for (let i = 0; i < coefficients.length; i++, at += 3) {
      total += (coefficients[i] as bigint) * (values[at] as bigint);
    }
    power(values, box, total % FIELD);
  }
  const rows = b.rows;
  if (rows === undefined) return;
  const one = rows.coefficient(1n);
  const input = (matrix: Matrix) => {
    if (mix.constant !== 0n) matrix.term(0, rows.coefficient(mix.constant));
    for (const [i, coefficient] of coefficients.entries()) {
      if (coefficient !== 0n) matrix.term(from + 3 * i, rows.coefficient(coefficient));
    }
  };
  const wire = (offset: number) => (matrix: Matrix) => matrix.term(box + offset, one);
  const powers = [
    [input, input, wire(0)],
    [wire(0), wire(0), wire(1)],
    [wire(1), input, wire(2)],
  ] as const;
  for (const [a, bb, c] of powers) {
    a(rows.a);
    bb(rows.b);
    c(rows.c);
    for (const matrix of [rows.a, rows.b, rows.c]) matrix.end();
    rows.count++;
  }
}

/** Square, fourth and fifth power. */
function power(values: bigint[], at: number, x: bigint): void {
  const x2 = (x * x) % FIELD;
  const x4 = (x2 * x2) % FIELD;
  values[at] = x2;
  values[at + 1] = x4;
  values[at + 2] = (x4 * x) % FIELD;
}
