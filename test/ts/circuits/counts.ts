import {
  type Circuit,
  constraintsOf,
  deltaCircuit,
  inferenceCircuit,
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
    expect([of(64, 8), of(256, 32)].map((shape) => count(registerCircuit(shape, 1)))).to.deep.equal([7_566, 98_242]);
    expect([of(64, 8), of(256, 32)].map((shape) => count(registerCircuit(shape, 2)))).to.deep.equal([7_640, 99_046]);
  });

  it("delta: 8 a weight and three roots", () => {
    expect([of(64, 8), of(128, 16)].map((shape) => count(deltaCircuit(shape)))).to.deep.equal([13_688, 50_202]);
  });

  it("training step: at most 103,000 for 8 samples at 256x32", () => {
    expect(count(sgdCircuit(of(64, 8), 8, 2))).to.equal(12_236);
    const constraints = count(sgdCircuit(of(256, 32), 8, 2));
    expect(constraints).to.equal(102_442);
    expect(constraints).to.be.at.most(103_000);
  });

  it("one definition is one system: nothing of it depends on values or on the call", () => {
    const [a, b] = [constraintsOf(inferenceCircuit(of(8, 4), 1)), constraintsOf(inferenceCircuit(of(8, 4), 1))];
    expect(a).to.deep.equal(b);
  });
});
