import { CircuitError } from "../errors.js";
import { fromBytes, toBytes } from "../field.js";
import { FIELD, type R1cs, type SparseMatrix, type Witness } from "../r1cs.js";
import { Builder } from "./builder.js";

/** A circuit: its constraints, and the witness for given values, from one function. */
export interface Circuit<Values> {
  /** Says which circuit of which shape it is: one key fits all models of it. */
  readonly name: string;
  /** Names of the public wires, in the statement's order. */
  readonly publics: readonly string[];
  /** `values()` may be called in hints only. */
  readonly define: (builder: Builder, values: () => Values) => void;
}

/** The constraint system: the same for every call, whatever the model. */
export function constraintsOf<Values>(circuit: Circuit<Values>): R1cs {
  return record(circuit).system;
}

/** Constraint system and a name for every wire, for tests and for messages. */
export function labelledConstraintsOf<Values>(circuit: Circuit<Values>): { system: R1cs; labels: string[] } {
  const { system, builder } = record(circuit);
  const labels: string[] = [];
  for (const [i, [first, label]] of builder.labels.entries()) {
    const next = builder.labels[i + 1]?.[0] ?? builder.wires;
    for (let wire = first; wire < next; wire++) labels.push(next - first > 1 ? `${label}[${wire - first}]` : label);
  }
  return { system, labels };
}

function record<Values>(circuit: Circuit<Values>): { system: R1cs; builder: Builder } {
  const builder = new Builder("constraints");
  circuit.define(builder, () => {
    throw new CircuitError("BAD_CIRCUIT", `${circuit.name} looks at values while it is being built`);
  });
  if (builder.publics !== circuit.publics.length) {
    throw new CircuitError("BAD_CIRCUIT", `${circuit.name} has ${builder.publics} public wires, not those it names`);
  }
  const { rows, wires, publics, committed } = builder;
  if (rows === undefined) throw new CircuitError("BAD_CIRCUIT", "no rows were recorded");
  return { system: rows.take(wires, publics, committed), builder };
}

/** What a prover needs, and what is public of it. */
export interface Assignment {
  readonly witness: Witness;
  readonly publics: readonly bigint[];
  /** Values of the committed wires (tier 2). */
  readonly committed: readonly bigint[];
}

/**
 * Values of all wires.
 * @throws CircuitError `UNSATISFIED` when the statement is false for these values, `BAD_INPUT`, `UNFIT_WEIGHTS`
 */
export function witnessOf<Values>(circuit: Circuit<Values>, values: Values): Assignment {
  const builder = new Builder("witness");
  circuit.define(builder, () => values);
  const all = builder.values ?? [];
  const known = 1 + builder.publics;
  return {
    witness: encodeWitness(all),
    publics: all.slice(1, known),
    committed: all.slice(known, known + builder.committed),
  };
}

/** Canonical elements, 32 bytes each, little-endian. */
export function encodeWitness(values: readonly bigint[]): Witness {
  return toBytes(values);
}

/** @throws CircuitError `BAD_INPUT` when an element is not canonical */
export function decodeWitness(witness: Witness): bigint[] {
  if (witness.length % 32 !== 0) throw new CircuitError("BAD_INPUT", "a witness has 32 bytes a wire");
  const values = fromBytes(witness);
  const high = values.findIndex((value) => value >= FIELD);
  if (high >= 0) throw new CircuitError("BAD_INPUT", `wire ${high} is not below the field's order`);
  return values;
}

/** Value of a matrix's row for the values of all wires, in [0, FIELD). */
export function rowValue(system: R1cs, matrix: SparseMatrix, row: number, values: readonly bigint[]): bigint {
  let total = 0n;
  const end = matrix.starts[row + 1] as number;
  for (let at = matrix.starts[row] as number; at < end; at++) {
    const coefficient = system.coefficients[matrix.coefficients[at] as number] as bigint;
    total += coefficient * (values[matrix.wires[at] as number] as bigint);
  }
  return total % FIELD;
}

/** Whether row r of the system holds. */
export function rowHolds(system: R1cs, row: number, values: readonly bigint[]): boolean {
  const [a, b, c] = [system.a, system.b, system.c].map((matrix) => rowValue(system, matrix, row, values));
  return ((a as bigint) * (b as bigint)) % FIELD === c;
}

/** The first row that values contradict, or -1: an evaluation of its own, independent of the builder's. */
export function firstViolation(system: R1cs, values: readonly bigint[]): number {
  if (values.length !== system.wires || values[0] !== 1n) return 0;
  for (let row = 0; row < system.constraints; row++) if (!rowHolds(system, row, values)) return row;
  return -1;
}
