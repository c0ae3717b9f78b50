import type { Circuit } from "@freehold/circuits";
import { expect } from "chai";
import { CheatingBuilder, tryLie } from "./cheating.ts";
import { deltaCase, inferenceCase, randomElements, registerCase, sgdCase } from "./models.ts";

const small = { inputs: 3, hidden: 2, classes: 3 };

/** Wires that a statement is about: another value there is another statement. */
const INPUTS =
  /^(context|.*salt|(weights|base)\[\d+\]|count\[.*|sample\[\d+\]\.(count|label)\[\d+\].*|(weights|next)\.\w+\[\d+\]\.\d+)$/;

function lies<Values>(name: string, make: () => { circuit: Circuit<Values>; values: Values }): void {
  describe(name, function () {
    this.timeout(600_000);

    it("a lie about a wire, everything after it computed honestly, is refused; about an input it is another statement", () => {
      const { circuit, values } = make();
      const honest = new CheatingBuilder();
      circuit.define(honest, () => values);
      const publics = honest.values?.slice(1, 1 + honest.publics) as bigint[];
      const committed = honest.values?.slice(1 + honest.publics, 1 + honest.publics + honest.committed) as bigint[];
      const other = randomElements(3);
      let refused = 0;
      let inputs = 0;
      for (const [label, value] of honest.hinted) {
        if (circuit.publics.includes(label) && label !== "context") continue;
        const given = INPUTS.test(label);
        const tries = value <= 1n ? [1n - value, 2n, other()] : [value + 1n, value - 1n, other()];
        for (const lie of tries) {
          const result = tryLie(circuit, values, new Map([[label, lie]]));
          if (result === undefined) refused++;
          else {
            expect(given, `${label} = ${lie} accepted`).to.equal(true);
            inputs++;
            // A committed wire is bound by its anchor, not by the public values.
            const anchored = committed.length > 0 && /\[\d+\]$/.test(label) && !label.startsWith("sample");
            if (!anchored) expect(result, `${label} = ${lie}`).not.to.deep.equal(publics);
          }
        }
      }
      expect(refused).to.be.greaterThan(30);
      expect(inputs).to.be.greaterThan(2);
    });
  });
}

describe("circuits: a prover that lies", () => {
  lies("inference, tier 1", () => inferenceCase(small, 1));
  lies("inference, tier 2", () => inferenceCase(small, 2));
  lies("inference with several groups", () => inferenceCase({ inputs: 2, hidden: 19, classes: 8 }, 2, 3));
  lies("register, tier 1", () => registerCase(small, 1));
  lies("register, tier 2", () => registerCase(small, 2));
  lies("delta", () => deltaCase(small));
  lies("sgd, tier 1", () => sgdCase(small, 1, 2));
  lies("sgd, tier 2", () => sgdCase(small, 2, 2));
});
