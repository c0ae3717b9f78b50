import { type Circuit, FIELD, requireLayout, sgdCircuit } from "@freehold/circuits";
import { expect } from "chai";
import { CheatingBuilder, tryLie } from "./cheating.ts";
import { inferenceCase, sgdCase } from "./models.ts";
import { inverse } from "./wires.ts";

const shape = { inputs: 3, hidden: 2, classes: 3 };
const { outputSlot } = requireLayout(shape);

/** sum of values[c] * 2^(slot c), modulo the field. */
const filled = (values: readonly bigint[]) =>
  values.reduce((total, value, c) => (total + (value << BigInt(outputSlot * c))) % FIELD, 0n);

/** The logits of an honest run, as the circuit holds them. */
function logitsOf<Values>(circuit: Circuit<Values>, values: Values, label: string): bigint[] {
  const builder = new CheatingBuilder();
  circuit.define(builder, () => values);
  return [0, 1, 2].map((c) => builder.hinted.get(`${label}[${c}]`) as bigint);
}

const named = (label: string, logits: readonly bigint[]) =>
  new Map(logits.map((logit, c) => [`${label}[${c}]`, ((logit % FIELD) + FIELD) % FIELD]));

function forge<Values>(name: string, label: string, make: () => { circuit: Circuit<Values>; values: Values }): void {
  describe(name, () => {
    const { circuit, values } = make();
    const honest = logitsOf(circuit, values, label);

    it("logits shifted together in the field fill the slots for any order of classes, and are refused", () => {
      for (const below of [
        [0n, 1n, 2n],
        [2n, 0n, 1n],
        [1n, 2n, 0n],
      ]) {
        const sum = (filled(honest) + filled(below)) % FIELD;
        const top = (sum * inverse(filled([1n, 1n, 1n]))) % FIELD;
        const forged = below.map((step) => top - step);
        expect(filled(forged.map((logit) => ((logit % FIELD) + FIELD) % FIELD))).to.equal(filled(honest));
        expect(tryLie(circuit, values, named(label, forged))).to.equal(undefined);
      }
    });

    it("a carry moved between slots fills them too, and is refused", () => {
      const slot = 1n << BigInt(outputSlot);
      for (const [c, carry] of [
        [0, 1n],
        [0, -1n],
        [1, 1n],
        [1, -1n],
      ] as const) {
        const forged = honest.map((logit, i) => logit + (i === c ? carry * slot : i === c + 1 ? -carry : 0n));
        expect(filled(forged.map((logit) => ((logit % FIELD) + FIELD) % FIELD))).to.equal(filled(honest));
        expect(tryLie(circuit, values, named(label, forged))).to.equal(undefined);
      }
    });

    it("the honest logits are accepted", () => {
      expect(tryLie(circuit, values, named(label, honest))).not.to.equal(undefined);
    });
  });
}

describe("circuits: forged logits", () => {
  forge("inference", "output.logit", () => inferenceCase(shape, 2));
  forge("sgd", "sample[0].logit", () => sgdCase(shape, 2, 1));

  describe("training step out of int8", () => {
    const tiny = { inputs: 2, hidden: 1, classes: 2 };
    const { outputSlot: slot } = requireLayout(tiny);

    /** A step that takes 105 from both weights, its new elements and their bits told to the circuit. */
    const step = (first: number) => {
      const weights = {
        hiddenWeight: Int8Array.of(first, -first),
        hiddenBias: Int32Array.of(2_000),
        outputWeight: Int8Array.of(127, -128),
        outputBias: Int32Array.of(0, 0),
      };
      const stored = [first - 105, -first - 105, 127 - 3, -128 + 3].map((weight) => BigInt(weight + 128)) as [
        bigint,
        bigint,
        bigint,
        bigint,
      ];
      const elements = [stored[0], stored[1], 2_000n, stored[2] + (stored[3] << BigInt(slot)), 0n];
      const lies = new Map(elements.map((element, i) => [`next[${i}]`, ((element % FIELD) + FIELD) % FIELD]));
      const names = ["hiddenWeight[0][0]", "hiddenWeight[0][1]", "outputWeight[0][0]", "outputWeight[1][0]"];
      for (const [i, name] of names.entries()) {
        for (let k = 0; k < 8; k++) lies.set(`next.${name}.${k}`, ((stored[i] as bigint) >> BigInt(k)) & 1n);
      }
      const salts = { nextSalt: 1n, dataSalt: 2n, context: 3n };
      const values = { base: { weights, salt: 4n }, samples: [{ counts: [15, 15], label: 1 }], ...salts };
      return tryLie(sgdCircuit(tiny, 1, 2), values, lies);
    };

    it("is refused by the circuit itself, and accepted as long as it stays inside", () => {
      expect(step(0)).not.to.equal(undefined);
      expect(step(-23)).not.to.equal(undefined);
      expect(step(-24)).to.equal(undefined);
      expect(step(-120)).to.equal(undefined);
    });
  });
});
