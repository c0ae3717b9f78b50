import {
  type Circuit,
  decodeWitness,
  FIELD,
  firstViolation,
  labelledConstraintsOf,
  type R1cs,
  witnessOf,
} from "@freehold/circuits";
import { expect } from "chai";
import { deltaCase, inferenceCase, random, randomElements, registerCase, sgdCase } from "./models.ts";
import { inverse, residue, rowsOfWires, undetermined, wiresOfRow } from "./wires.ts";

const PAIRS = process.env.FREEHOLD_NIGHTLY === "1" ? 40_000 : 2_000;

const small = { inputs: 3, hidden: 2, classes: 3 };
// Two groups of neurons, and of classes.
const grouped = { inputs: 2, hidden: 19, classes: 8 };

interface Subject {
  readonly name: string;
  readonly system: R1cs;
  readonly labels: readonly string[];
  readonly values: readonly bigint[];
}

function subject<Values>({ circuit, values }: { circuit: Circuit<Values>; values: Values }): Subject {
  const { system, labels } = labelledConstraintsOf(circuit);
  return { name: circuit.name, system, labels, values: decodeWitness(witnessOf(circuit, values).witness) };
}

const subjects: readonly (readonly [string, () => Subject])[] = [
  ["inference, tier 1", () => subject(inferenceCase(small, 1))],
  ["inference, tier 2", () => subject(inferenceCase(small, 2))],
  ["inference of the smallest shape", () => subject(inferenceCase({ inputs: 2, hidden: 1, classes: 2 }, 1, 5))],
  ["inference with several groups", () => subject(inferenceCase(grouped, 2, 3))],
  ["register, tier 1", () => subject(registerCase(small, 1))],
  ["register, tier 2", () => subject(registerCase(small, 2))],
  ["delta", () => subject(deltaCase(small))],
  ["sgd, tier 1", () => subject(sgdCase(small, 1, 2))],
  ["sgd, tier 2", () => subject(sgdCase(small, 2, 2))],
];

/** Wires that somebody else fixes: what a Pedersen anchor commits to. All others are the prover's to choose. */
const fixed = ({ system: { publics, committed } }: Subject, wire: number) =>
  wire > publics && wire <= publics + committed;

/** A statement's context is a free input of it, and its copy follows: both together are another, equally true statement. */
const isContext = ({ labels }: Subject, wire: number) => (labels[wire] as string).startsWith("context");

describe("circuits: soundness", () => {
  for (const each of subjects) check(each);
});

function check([name, make]: (typeof subjects)[number]): void {
  describe(name, function () {
    this.timeout(600_000);
    let s: Subject;
    let rows: number[][];
    before(() => {
      s = make();
      rows = rowsOfWires(s.system);
    });

    const survives = (changes: readonly (readonly [number, bigint])[]) => {
      const values = [...s.values];
      for (const [wire, value] of changes) values[wire] = value;
      return changes.every(([wire]) => rows[wire]?.every((row) => residue(s.system, row, values) === 0n));
    };

    it("an independent evaluation accepts the honest witness", () => {
      expect(firstViolation(s.system, s.values)).to.equal(-1);
    });

    it("every wire but the anchored ones is needed: alone, none can have another value", () => {
      const other = randomElements(41);
      for (let wire = 1; wire < s.system.wires; wire++) {
        if (fixed(s, wire)) continue;
        const value = s.values[wire] as bigint;
        const tries = [value + 1n, value + FIELD - 1n, FIELD + 1n - value, FIELD - value, value + 256n, other()];
        for (const candidate of new Set(tries.map((each) => each % FIELD))) {
          if (candidate === value) continue;
          expect(survives([[wire, candidate]]), `${s.labels[wire]} = ${candidate}`).to.equal(false);
        }
      }
    });

    it("no pair of wires can have other values, the second chosen to please a constraint of both", () => {
      const next = random(43);
      const other = randomElements(44);
      let tried = 0;
      for (let i = 0; i < PAIRS; i++) {
        const row = next(s.system.constraints);
        const wires = [...wiresOfRow(s.system, row)].filter((wire) => !fixed(s, wire));
        if (wires.length < 2) continue;
        const first = wires[next(wires.length)] as number;
        const second = wires[next(wires.length)] as number;
        if (first === second || (isContext(s, first) && isContext(s, second))) continue;
        const old = s.values[first] as bigint;
        const change = [(old + 1n) % FIELD, (FIELD + 1n - old) % FIELD, other()][next(3)] as bigint;
        if (change === old) continue;
        for (const answer of solutions(s, row, first, change, second)) {
          tried++;
          const pair = [[first, change] as const, [second, answer] as const];
          expect(survives(pair), `${s.labels[first]} and ${s.labels[second]}`).to.equal(false);
        }
      }
      expect(tried).to.be.greaterThan(PAIRS / 10);
    });

    it("no random pair of wires can have random values", () => {
      const next = random(45);
      const other = randomElements(46);
      for (let i = 0; i < PAIRS; i++) {
        const pair = [1 + next(s.system.wires - 1), 1 + next(s.system.wires - 1)].filter((wire) => !fixed(s, wire));
        if (pair.length < 2 || pair[0] === pair[1]) continue;
        expect(survives(pair.map((wire) => [wire, other()] as const)), pair.map((w) => s.labels[w]).join()).to.equal(
          false,
        );
      }
    });

    it("weights, salts and context given, the Jacobian leaves no wire undetermined", () => {
      const given = new Set<number>();
      for (const [wire, label] of s.labels.entries()) {
        if (fixed(s, wire) || label === "context" || label.endsWith("salt")) given.add(wire);
        if (/^(weights|base|next)\[\d+\]$/.test(label)) given.add(wire);
      }
      expect(given.size).to.be.greaterThan(1);
      expect(undetermined(s.system, s.values, given)).to.equal(0);
      // The check can fail: without the context, its wire and its copy are one free direction.
      given.delete(s.labels.indexOf("context"));
      expect(undetermined(s.system, s.values, given)).to.equal(1);
    });

    it("every public and committed wire has a constraint of its own, so that its key point is independent", () => {
      const { publics, committed } = s.system;
      const open = new Set(Array.from({ length: publics + committed }, (_, i) => i + 1));
      for (let before = -1; before !== open.size; ) {
        before = open.size;
        for (const wire of open) {
          const alone = (rows[wire] ?? []).some((row) =>
            [...wiresOfRow(s.system, row)].every((each) => each === wire || !open.has(each)),
          );
          if (alone) open.delete(wire);
        }
      }
      expect([...open].map((wire) => s.labels[wire])).to.deep.equal([]);
    });
  });
}

/** Values of the second wire with which a row holds although the first has changed. */
function solutions({ system, values }: Subject, row: number, first: number, change: bigint, second: number): bigint[] {
  const at = (value: bigint) => {
    const changed = [...values];
    changed[first] = change;
    changed[second] = value;
    return residue(system, row, changed);
  };
  const [f0, f1, f2] = [at(0n), at(1n), at(2n)] as [bigint, bigint, bigint];
  const curve = (f2 - 2n * f1 + f0 + 2n * FIELD) % FIELD;
  const slope = (f1 - f0 + FIELD) % FIELD;
  if (curve !== 0n || slope === 0n) return [];
  const root = ((FIELD - f0) * inverse(slope)) % FIELD;
  return root === values[second] ? [] : [root];
}
