import {
  Builder,
  type Circuit,
  constant,
  constraintsOf,
  deltaCircuit,
  gadgets,
  inferenceCircuit,
  type Linear,
  registerCircuit,
  type Shape,
  sgdCircuit,
} from "@freehold/circuits";
import { expect } from "chai";

const of = (inputs: number, hidden: number): Shape => ({ inputs, hidden, classes: 3 });
const count = <Values>(circuit: Circuit<Values>) => constraintsOf(circuit).constraints;
const perWeight = ({ inputs, hidden, classes }: Shape, constraints: number) =>
  constraints / (hidden * (inputs + classes));

describe("circuits: exact numbers of constraints", function () {
  this.timeout(300_000);

  it("inference, tier 1: at most 4.2 a weight at 256x32", () => {
    const counts = [of(64, 8), of(128, 16), of(256, 32), of(512, 16)].map((shape) => count(inferenceCircuit(shape, 1)));
    expect(counts).to.deep.equal([4_190, 12_823, 34_493, 44_705]);
    expect(perWeight(of(256, 32), counts[2] as number)).to.be.at.most(4.2);
  });

  it("inference, tier 2: at most 0.40 a weight at 256x32", () => {
    const counts = [of(64, 8), of(128, 16), of(256, 32), of(512, 16), of(512, 64)].map((shape) =>
      count(inferenceCircuit(shape, 2)),
    );
    expect(counts).to.deep.equal([1_129, 1_806, 3_280, 4_312, 7_524]);
    expect(perWeight(of(256, 32), counts[2] as number)).to.be.at.most(0.4);
  });

  it("register: 8 a weight and the root", () => {
    const shapes = [of(64, 8), of(128, 16), of(256, 32), of(512, 16)];
    const counts = ([1, 2] as const).map((tier) => shapes.map((shape) => count(registerCircuit(shape, tier))));
    expect(counts).to.deep.equal([
      [7_566, 28_168, 98_242, 106_734],
      [7_640, 28_443, 99_046, 107_777],
    ]);
  });

  it("delta: 8 a weight and three roots", () => {
    expect([of(64, 8), of(128, 16)].map((shape) => count(deltaCircuit(shape)))).to.deep.equal([13_688, 50_202]);
  });

  it("training step: at most 103,000 for 8 samples at 256x32", () => {
    const small = [of(64, 8), of(128, 16)].map((shape) => count(sgdCircuit(shape, 8, 2)));
    expect(small).to.deep.equal([12_236, 33_117]);
    // With both roots in place of committed wires.
    expect(count(sgdCircuit(of(64, 8), 8, 1))).to.equal(18_358);
    const constraints = count(sgdCircuit(of(256, 32), 8, 2));
    expect(constraints).to.equal(102_442);
    expect(constraints).to.be.at.most(103_000);
  });

  it("gadgets: as the package's readme has them", () => {
    const { argmax, bindContext, commitment, ranking, reluSlots, slotDot, toBits } = gadgets;
    const rows = (define: (b: Builder, wires: (n: number) => Linear[]) => unknown) => {
      const b = new Builder("constraints");
      define(b, (n) => Array.from({ length: n }, (_, i) => b.wire(`${i}`, () => 0n)));
      return b.rows?.count;
    };
    const one = constant(1n);
    expect(rows((b, wires) => toBits(b, wires(1)[0] as Linear, 33, "v"))).to.equal(34);
    expect(rows((b, wires) => commitment(b, "weights", wires(804), one, "c"))).to.equal(51 * 612);
    expect(rows((b, wires) => commitment(b, "input", wires(5), one, "c"))).to.equal(357);
    const dot = { bias: one, width: 21, slots: 12, bound: 1n };
    expect(rows((b, wires) => slotDot(b, { ...dot, packed: wires(256), factors: wires(256) }, "d"))).to.equal(256);
    expect(rows((b, wires) => reluSlots(b, wires(1)[0] as Linear, 21, 12, "r"))).to.equal(12 * 22 + 1);
    expect(rows((b, wires) => ranking(b, wires(3), 33, "r"))).to.equal(4 * 33 + 12);
    for (const classes of [3, 7]) {
      expect(rows((b, wires) => argmax(b, wires(classes), 33, "a"))).to.equal(classes * 34 + 2 * classes - 1);
    }
    expect(rows((b, wires) => bindContext(b, wires(1)[0] as Linear))).to.equal(1);
  });

  it("one definition is one system: nothing of it depends on values or on the call", () => {
    const [a, b] = [constraintsOf(inferenceCircuit(of(8, 4), 1)), constraintsOf(inferenceCircuit(of(8, 4), 1))];
    expect(a).to.deep.equal(b);
  });
});
