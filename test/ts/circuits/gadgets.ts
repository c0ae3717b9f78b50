import { createHash } from "node:crypto";
import { Builder, CircuitError, constant, FIELD, gadgets, type Linear, layoutOf, marginOf } from "@freehold/circuits";
import { expect } from "chai";
import { CheatingBuilder } from "./cheating.ts";

const { permute, sponge, TAGS, parameters, toBits, slotDot, assertSlots, ranking, argmax, reluSlots } = gadgets;

const witness = () => new Builder("witness");
const constraints = (define: (b: Builder) => void) => {
  const b = new Builder("constraints");
  define(b);
  return b.rows?.count;
};
const inputs = (b: Builder, values: readonly bigint[]) => values.map((value, i) => b.wire(`in[${i}]`, () => value));

function thrown(action: () => unknown): CircuitError {
  try {
    action();
  } catch (error) {
    if (error instanceof CircuitError) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}

describe("circuits: gadgets", () => {
  describe("Poseidon", () => {
    // poseidonN(1, 2, ..., N) of poseidon-lite 0.3.0 and of circomlib.
    const published: readonly (readonly [number, string])[] = [
      [1, "18586133768512220936620570745912940619677854269274689475585506675881198879027"],
      [2, "7853200120776062878684798364095072458815029376092732009249414926327459813530"],
      [4, "18821383157269793795438455681495246036402687001665670618754263018637548127333"],
      [8, "18604317144381847857886385684060986177838410221561136253933256952257712543953"],
      [16, "9989051620750914585850546081941653841776809718687451684622678807385399211877"],
    ];
    for (const [n, hash] of published) {
      it(`of ${n} elements is circomlib's`, () => {
        const b = witness();
        const state = [0, ...Array.from({ length: n }, (_, i) => i + 1)].map((value) => constant(BigInt(value)));
        expect(b.value(permute(b, state, "p")[0] as Linear).toString()).to.equal(hash);
      });
    }

    it("has circomlib's constants for the width of 17, all 1292 and 289 of them", () => {
      const { roundConstants, mds } = parameters(17);
      const text = [...roundConstants.flat(), ...mds.flat()]
        .map((value) => value.toString(16).padStart(64, "0"))
        .join("");
      expect(createHash("sha256").update(text).digest("hex")).to.equal(
        "e15f916d7dd2bcf4adc6e2e934486eefe584be6e933316e8016e1b596ef026cb",
      );
    });

    it("as a sponge is what the paper's rounds give: capacity, rate of 16, salt last, output of the last block", () => {
      const { roundConstants, mds, roundsPartial } = parameters(17);
      const permutation = (start: bigint[]) =>
        roundConstants.reduce((state, constants, round) => {
          const full = round < 4 || round >= 4 + roundsPartial;
          const boxes = state.map((value, i) => {
            const x = (value + (constants[i] as bigint)) % FIELD;
            return full || i === 0 ? x ** 5n % FIELD : x;
          });
          return mds.map((row) => row.reduce((sum, factor, j) => sum + factor * (boxes[j] as bigint), 0n) % FIELD);
        }, start);
      const elements = Array.from({ length: 39 }, (_, i) => BigInt(i + 1) ** 40n);
      const salt = 7n;
      const all = [...elements, salt];
      let state: bigint[] = [(TAGS.weights << 32n) + 40n, ...new Array<bigint>(16).fill(0n)];
      for (let at = 0; at < all.length; at += 16) {
        state = permutation(state.map((value, i) => (i === 0 ? value : (value + (all[at + i - 1] ?? 0n)) % FIELD)));
      }
      const b = witness();
      const ours = gadgets.commitment(b, "weights", elements.map(constant), constant(salt), "c");
      expect(b.value(ours)).to.equal(state[0]);
    });

    it("takes 3 constraints an S-box", () => {
      const block = (width: number) => constraints((b) => permute(b, inputs(b, new Array(width).fill(1n)), "p"));
      expect([3, 5, 9, 17].map(block)).to.deep.equal([243, 300, 405, 612]);
    });

    const hash = (tag: gadgets.Tag, ...elements: bigint[]) => {
      const b = witness();
      return b.value(sponge(b, tag, elements.map(constant), "s"));
    };

    it("separates lengths: trailing zeros and block borders change the hash", () => {
      const one = Array.from({ length: 16 }, (_, i) => BigInt(i + 1));
      const hashes = [hash("weights", 1n), hash("weights", 1n, 0n), hash("weights", 1n, 0n, 0n)];
      hashes.push(hash("weights", ...one), hash("weights", ...one, 0n), hash("weights", ...one, 0n, 0n));
      expect(new Set(hashes).size).to.equal(6);
    });

    it("separates purposes by tags", () => {
      const tags = Object.keys(TAGS) as gadgets.Tag[];
      expect(new Set(tags.map((tag) => hash(tag, 1n, 2n))).size).to.equal(tags.length);
      expect(tags.map((tag) => hash(tag, 1n, 2n))).not.to.include(BigInt(published[1]?.[1] ?? 0));
    });
  });

  describe("bits", () => {
    it("take n + 1 constraints and hold 0 to 2^n - 1", () => {
      expect(constraints((b) => toBits(b, inputs(b, [1n])[0] as Linear, 8, "v"))).to.equal(9);
      const bits = (value: bigint, n: number) => {
        const b = witness();
        return toBits(b, inputs(b, [value])[0] as Linear, n, "v").map((bit) => Number(b.value(bit)));
      };
      expect(bits(0b1011n, 4)).to.deep.equal([1, 1, 0, 1]);
      for (const value of [16n, FIELD - 1n]) expect(thrown(() => bits(value, 4)).code).to.equal("UNSATISFIED");
    });

    it("are never more than 253: 254 would have two meanings", () => {
      expect(constraints((b) => toBits(b, constant(1n), 253, "v"))).to.equal(254);
      expect(thrown(() => toBits(witness(), constant(1n), 254, "v")).code).to.equal("BAD_CIRCUIT");
      expect(2n ** 253n < FIELD && 2n ** 254n > FIELD).to.equal(true);
    });
  });

  describe("slots", () => {
    const width = 8;
    /** ReLU of two neurons in one element, the first with the given bias, no weights in play. */
    const neurons = (bias: bigint, bound: bigint) => {
      const b = witness();
      const packed = inputs(b, [128n + (128n << 8n)]);
      const dot = { packed, factors: [constant(1n)], bias: constant(bias + (5n << 8n)), width, slots: 2, bound };
      return reluSlots(b, slotDot(b, dot, "dot"), width, 2, "relu").map(({ relu }) => Number(b.value(relu)));
    };

    it("hold sums up to the static bound, of either sign", () => {
      expect(neurons(127n, 127n)).to.deep.equal([127, 5]);
      expect(neurons(-127n, 127n)).to.deep.equal([0, 5]);
    });

    it("one past the bound a sum carries into its neighbour, and the builder refuses the bound", () => {
      expect(neurons(128n, 127n)).to.deep.equal([0, 6]);
      const error = thrown(() => neurons(128n, 128n));
      expect([error.code, error.message]).to.deep.equal([
        "BAD_CIRCUIT",
        "dot: sums up to 128 do not fit slots of 8 bits with a sign",
      ]);
    });

    it("fill 252 bits of an element and no more", () => {
      assertSlots({ width: 21, slots: 12, bound: 1n }, "slots");
      expect(thrown(() => assertSlots({ width: 23, slots: 11, bound: 1n }, "slots")).code).to.equal("BAD_CIRCUIT");
    });

    it("of every layout hold the greatest sums of parameters in range", () => {
      let layouts = 0;
      for (let inputs = 1; inputs <= 1_100; inputs++) {
        for (const hidden of [1, 2, 3, 16, 17, 31, 32, 64]) {
          const fit = layoutOf({ inputs, hidden, classes: 3 });
          if (!fit.fits) continue;
          layouts++;
          const { slot, groups, logitBits, outputSlot, outputGroups } = fit.layout;
          assertSlots({ width: slot, slots: groups[0]?.length ?? 0, bound: gadgets.hiddenBound(fit.layout) }, "hidden");
          const bound = gadgets.outputBound(fit.layout);
          assertSlots({ width: outputSlot, slots: outputGroups[0]?.length ?? 0, bound }, "output");
          // A ReLU is below the hidden bound, never at it: the logit stays below.
          expect(bound <= 1n << BigInt(logitBits), `${inputs}x${hidden}`).to.equal(true);
        }
      }
      expect(layouts).to.be.greaterThan(8_000);
    });
  });

  describe("ranking", () => {
    const flags = (list: string, n: number) => Array.from({ length: n - 1 }, (_, i) => `r.${list}.flag[${i}]`);
    const rank = (values: readonly bigint[], lies: ReadonlyMap<string, bigint>) => {
      const b = new CheatingBuilder(lies);
      const result = ranking(b, inputs(b, values), 3, "r");
      return { class: Number(b.value(result.class)), margin: Number(b.value(result.margin)) };
    };

    for (const classes of [2, 3, 4]) {
      it(`of ${classes} classes, all values of 2 bits: one choice alone is accepted, and it is the reference's`, function () {
        this.timeout(300_000);
        const names = [...flags("best", classes), ...flags("second", classes - 1)];
        for (let code = 0; code < 4 ** classes; code++) {
          const values = Array.from({ length: classes }, (_, c) => BigInt((code >> (2 * c)) & 3));
          const numbers = values.map(Number);
          const best = numbers.indexOf(Math.max(...numbers));
          const second = Math.max(...numbers.filter((_, c) => c !== best));
          const expected = { class: best, margin: marginOf((numbers[best] as number) - second) };
          const accepted = [];
          for (let choice = 0; choice < 2 ** names.length; choice++) {
            const lies = new Map(names.map((name, i) => [name, BigInt((choice >> i) & 1)]));
            try {
              accepted.push(rank(values, lies));
            } catch (error) {
              if (!(error instanceof CircuitError && error.code === "UNSATISFIED")) throw error;
            }
          }
          expect(accepted, numbers.join()).to.deep.equal([expected]);
        }
      });
    }

    it("takes class and margin of wide gaps", () => {
      const b = witness();
      const values = inputs(b, [2n ** 33n - 1n, 0n, 2n ** 20n]);
      const { class: best, margin } = ranking(b, values, 33, "r");
      expect([b.value(best), b.value(margin)]).to.deep.equal([0n, 17n]);
    });

    it("argmax chooses the lowest of equal values", () => {
      const b = witness();
      const chosen = argmax(b, inputs(b, [3n, 7n, 7n, 1n]), 4, "a").map((flag) => Number(b.value(flag)));
      expect(chosen).to.deep.equal([0, 1, 0, 0]);
    });
  });

  it("the margin says half the bits of the gap, rounded up", () => {
    expect([0, 1, 3, 4, 15, 16, 2 ** 38 - 1].map(marginOf)).to.deep.equal([0, 1, 1, 2, 2, 3, 19]);
  });

  it("wires out of order are refused when a circuit is put together", () => {
    const late = (action: (b: Builder) => unknown) => {
      const b = new Builder("constraints");
      b.wire("private", () => 1n);
      return thrown(() => action(b)).code;
    };
    expect(late((b) => b.public("p"))).to.equal("BAD_CIRCUIT");
    expect(late((b) => b.commit("c", () => 1n))).to.equal("BAD_CIRCUIT");
    const b = new Builder("constraints");
    b.commit("c", () => 1n);
    expect(thrown(() => b.public("p")).code).to.equal("BAD_CIRCUIT");
    expect(thrown(() => b.value(constant(1n))).code).to.equal("BAD_CIRCUIT");
  });
});
