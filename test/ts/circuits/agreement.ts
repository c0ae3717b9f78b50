import {
  type CircuitError,
  decodeResult,
  infer,
  inferenceCircuit,
  inputCommitment,
  type ModelWeights,
  modelFitsCircuit,
  outputCommitment,
  poseidonRoot,
  requireLayout,
  type Shape,
  trainStep,
  weightsElements,
  witnessOf,
} from "@freehold/circuits";
import { IntegerEngine, type MlpWeights, type NgramMlpArchitecture } from "@freehold/worker/engine";
import { expect } from "chai";
import { trainBase } from "../../../scripts/model/base.ts";
import { loadDataset } from "../../../scripts/model/dataset.ts";
import { random, randomCounts, randomElements, randomModel, sgdCase, stepped } from "./models.ts";

const CASES = process.env.FREEHOLD_NIGHTLY === "1" ? 10_000 : 300;

const shapes: readonly Shape[] = [
  { inputs: 4, hidden: 2, classes: 2 },
  { inputs: 5, hidden: 3, classes: 3 },
  { inputs: 16, hidden: 20, classes: 3 },
  { inputs: 9, hidden: 4, classes: 11 },
  { inputs: 64, hidden: 8, classes: 3 },
];

function engine({ inputs, hidden, classes }: Shape, weights: ModelWeights): IntegerEngine {
  const architecture: NgramMlpArchitecture = {
    type: "freehold.ngram-mlp",
    version: 1,
    inputs,
    hidden,
    classes,
    labels: Array.from({ length: classes }, (_, c) => `class ${c}`),
    featuriser: { type: "freehold.ngrams", version: 1, maxCount: 15, stripAttribution: false },
    fractionBits: { hidden: 0, output: 0 },
    vocabulary: Array.from({ length: inputs }, (_, i) => `word${i}`),
  };
  return new IntegerEngine(architecture, weights as MlpWeights);
}

/** The circuit's word on an input: tier 2, which differs from tier 1 in the root alone. */
function prove(shape: Shape, weights: ModelWeights, counts: readonly number[], outputSalt: bigint) {
  const values = { weights, counts, salt: 0n, inputSalt: 1n, outputSalt, context: 3n };
  const { publics, committed } = witnessOf(inferenceCircuit(shape, 2), values);
  const [input, output, result, context] = publics as [bigint, bigint, bigint, bigint];
  return { input, output, result: decodeResult(result), context, committed };
}

function agree(shape: Shape, weights: ModelWeights, counts: readonly number[], salt = 5n): void {
  const reference = infer(shape, weights, counts);
  const theirs = engine(shape, weights).logits(counts);
  expect(theirs).to.deep.equal(reference.logits);
  const proven = prove(shape, weights, counts, salt);
  expect(proven.result).to.deep.equal({ class: reference.class, margin: reference.margin });
  expect(proven.output).to.equal(outputCommitment(shape, theirs, salt));
  expect(proven.input).to.equal(inputCommitment(shape, counts, 1n));
  expect(proven.committed).to.deep.equal(weightsElements(shape, weights));
}

describe("circuits: circuit = integer reference = worker's engine", function () {
  this.timeout(3_600_000);

  it(`on ${CASES} random inferences, to the bit`, () => {
    const salt = randomElements(3);
    for (let i = 0; i < CASES; i++) {
      const shape = shapes[i % shapes.length] as Shape;
      agree(shape, randomModel(shape, 100 + i), randomCounts(shape, 200 + i), salt());
    }
  });

  it("at the ends of all ranges", () => {
    for (const shape of [...shapes, { inputs: 8, hidden: 16, classes: 7 }, { inputs: 512, hidden: 16, classes: 3 }]) {
      const { biasBits, outputBiasBits } = requireLayout(shape);
      const full = new Array<number>(shape.inputs).fill(15);
      for (const [first, second] of [
        [-128, -128],
        [127, -128],
        [127, 127],
        [-128, 127],
      ] as const) {
        const end = (bits: number, sign: number) => (sign < 0 ? -(2 ** (bits - 1)) : 2 ** (bits - 1) - 1);
        agree(
          shape,
          {
            hiddenWeight: new Int8Array(shape.inputs * shape.hidden).fill(first),
            hiddenBias: new Int32Array(shape.hidden).fill(end(biasBits, first)),
            outputWeight: new Int8Array(shape.classes * shape.hidden).fill(second),
            outputBias: new Int32Array(shape.classes).fill(end(outputBiasBits, second)),
          },
          full,
        );
      }
    }
  });

  it("on ties: the lowest class, margin 0", () => {
    const shape = { inputs: 2, hidden: 2, classes: 4 };
    const next = random(8);
    for (let i = 0; i < 60; i++) {
      const weights = {
        hiddenWeight: new Int8Array(4),
        hiddenBias: new Int32Array(2),
        outputWeight: new Int8Array(8),
        outputBias: Int32Array.from({ length: 4 }, () => next(3) - 1),
      };
      agree(shape, weights, [1, 2]);
    }
  });

  it("on a sum of exactly 0, which ReLU leaves and the step takes for active", () => {
    const shape = { inputs: 2, hidden: 1, classes: 2 };
    const weights = {
      hiddenWeight: Int8Array.of(3, -3),
      hiddenBias: Int32Array.of(0),
      outputWeight: Int8Array.of(100, -28),
      outputBias: Int32Array.of(0, 1),
    };
    agree(shape, weights, [7, 7]);
    const next = trainStep(requireLayout(shape), weights, [{ counts: [7, 7], label: 0 }]);
    expect(Array.from(next.hiddenWeight)).to.deep.equal([3 + 7 * 4, -3 + 7 * 4]);
  });

  it("the demo model's shape: roots outside and inside the circuit are equal, in both tiers", () => {
    const shape = { inputs: 512, hidden: 16, classes: 3 };
    const weights = randomModel(shape, 9);
    const counts = randomCounts(shape, 10);
    agree(shape, weights, counts);
    const values = { weights, counts, salt: 77n, inputSalt: 1n, outputSalt: 2n, context: 3n };
    const { publics } = witnessOf(inferenceCircuit(shape, 1), values);
    expect(publics[0]).to.equal(poseidonRoot(shape, weights, 77n));
  });

  it("the demo model itself, trained here, fits, and every fifth headline of its tests agrees", async () => {
    const dataset = await loadDataset();
    const { model } = trainBase(dataset, {});
    const { architecture, weights } = model;
    expect(modelFitsCircuit(architecture)).to.have.property("fits", true);
    const theirs = new IntegerEngine(architecture, weights);
    const rows = dataset.rows.filter(({ split }, i) => split === "test" && i % 5 === 0);
    expect(rows.length).to.be.greaterThan(20);
    for (const { text } of rows) agree(architecture, weights, [...theirs.features(text)]);
  });

  it("a training step: the committed new elements are the reference's", () => {
    const shape = { inputs: 6, hidden: 14, classes: 3 };
    for (let seed = 1; seed <= 10; seed++) {
      const { circuit, values } = sgdCase(shape, 2, 3, seed);
      const { committed } = witnessOf(circuit, values);
      const next = stepped(shape, values);
      expect(committed).to.deep.equal([
        ...weightsElements(shape, values.base.weights),
        ...weightsElements(shape, next),
      ]);
      expect(next.hiddenWeight).not.to.deep.equal(values.base.weights.hiddenWeight);
    }
  });

  it("a step that leaves int8 is refused, not clipped", () => {
    const shape = { inputs: 2, hidden: 1, classes: 2 };
    const weights = {
      hiddenWeight: Int8Array.of(-120, 120),
      hiddenBias: Int32Array.of(2_000),
      outputWeight: Int8Array.of(127, -128),
      outputBias: Int32Array.of(0, 0),
    };
    const step = () => trainStep(requireLayout(shape), weights, [{ counts: [15, 15], label: 1 }]);
    expect(step)
      .to.throw("out of int8")
      .with.property("code", "UNFIT_WEIGHTS" satisfies CircuitError["code"]);
  });
});
