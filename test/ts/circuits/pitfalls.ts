import {
  CircuitError,
  constraintsOf,
  dataCommitment,
  deltaCircuit,
  deltaCommitment,
  FIELD,
  inferenceCircuit,
  inputCommitment,
  layoutOf,
  type ModelWeights,
  modelFitsCircuit,
  outputCommitment,
  packModel,
  poseidonRoot,
  randomSalt,
  registerCircuit,
  requireLayout,
  sgdCircuit,
  weightsElements,
  witnessOf,
} from "@freehold/circuits";
import { expect } from "chai";
import { tryLie } from "./cheating.ts";
import { deltaCase, inferenceCase, randomCounts, randomModel, registerCase, sgdCase, stepped } from "./models.ts";
import { rowsOfWires } from "./wires.ts";

const shape = { inputs: 4, hidden: 3, classes: 3 };

function codeOf(action: () => unknown): string | undefined {
  try {
    action();
    return undefined;
  } catch (error) {
    if (error instanceof CircuitError) {
      expect(error.hint).to.be.a("string").and.not.equal("");
      return error.code;
    }
    throw error;
  }
}

const changed = (weights: ModelWeights, name: keyof ModelWeights, index: number, value: number): ModelWeights => ({
  ...weights,
  [name]: Array.from(weights[name], (old, i) => (i === index ? value : old)),
});

describe("circuits: known pitfalls", () => {
  it("unbound publics: every public wire of every circuit is in a constraint", () => {
    const systems = [
      constraintsOf(inferenceCircuit(shape, 1)),
      constraintsOf(inferenceCircuit(shape, 2)),
      constraintsOf(registerCircuit(shape, 1)),
      constraintsOf(registerCircuit(shape, 2)),
      constraintsOf(deltaCircuit(shape)),
      constraintsOf(sgdCircuit(shape, 1, 1)),
      constraintsOf(sgdCircuit(shape, 1, 2)),
    ];
    for (const system of systems) {
      const rows = rowsOfWires(system);
      for (let wire = 1; wire <= system.publics; wire++) expect(rows[wire]).not.to.deep.equal([]);
    }
  });

  it("old version swapped in: another version has another root, so no witness gives the current one's", () => {
    const { circuit, values } = inferenceCase(shape, 1);
    const old = { ...values, weights: randomModel(shape, 99) };
    expect(witnessOf(circuit, old).publics[0]).not.to.equal(poseidonRoot(shape, values.weights, values.salt));
    expect(witnessOf(circuit, values).publics[0]).to.equal(poseidonRoot(shape, values.weights, values.salt));
  });

  it("one commitment, one meaning: the registered root and the anchored elements are the same weights", () => {
    const { circuit, values } = registerCase(shape, 2);
    const { publics, committed } = witnessOf(circuit, values);
    expect(publics[0]).to.equal(poseidonRoot(shape, values.weights, values.salt));
    expect(committed).to.deep.equal(weightsElements(shape, values.weights));
    for (let i = 0; i < committed.length; i++) {
      expect(tryLie(circuit, values, new Map([[`anchored[${i}]`, 1n]])), `element ${i}`).to.equal(undefined);
    }
  });

  it("packing is not injective: w + 256 and a neighbour less one pack alike, and registration refuses them", () => {
    const layout = requireLayout(shape);
    const weights = randomModel(shape, 4);
    // A slot is 2^slot: taking 2^slot from one and giving 1 to the next changes nothing in the element.
    const [first, second] = [0, shape.inputs].map((i) => weights.hiddenWeight[i] as number) as [number, number];
    const carried = changed(
      changed(weights, "hiddenWeight", 0, first + 2 ** layout.slot),
      "hiddenWeight",
      shape.inputs,
      second - 1,
    );
    expect(packModel(layout, carried)).to.deep.equal(packModel(layout, weights));
    expect(codeOf(() => poseidonRoot(shape, carried, 1n))).to.equal("UNFIT_WEIGHTS");
    const values = { weights: carried, salt: 1n, context: 1n };
    expect(codeOf(() => witnessOf(registerCircuit(shape, 2), values))).to.equal("UNFIT_WEIGHTS");
  });

  it("ranges: every parameter at its ends is accepted, and one past them refused", () => {
    const { biasBits, outputBiasBits } = requireLayout(shape);
    const weights = randomModel(shape, 5);
    const bits = { hiddenWeight: 8, hiddenBias: biasBits, outputWeight: 8, outputBias: outputBiasBits };
    for (const [name, n] of Object.entries(bits) as [keyof ModelWeights, number][]) {
      const root = (value: number) => codeOf(() => poseidonRoot(shape, changed(weights, name, 1, value), 1n));
      const [low, high] = [-(2 ** (n - 1)), 2 ** (n - 1) - 1];
      expect([low, high].map(root), name).to.deep.equal([undefined, undefined]);
      expect([low - 1, high + 1, 0.5, Number.NaN].map(root), name).to.deep.equal(new Array(4).fill("UNFIT_WEIGHTS"));
      const short = { ...weights, [name]: Array.from(weights[name]).slice(1) };
      expect(codeOf(() => poseidonRoot(shape, short, 1n))).to.equal("UNFIT_WEIGHTS");
    }
  });

  it("inputs out of range, and salts and labels, are refused with a typed error", () => {
    const { circuit, values } = inferenceCase(shape, 1);
    for (const count of [16, -1, 0.5, Number.NaN]) {
      expect(codeOf(() => witnessOf(circuit, { ...values, counts: [1, 2, 3, count] }))).to.equal("BAD_INPUT");
      expect(codeOf(() => inputCommitment(shape, [1, 2, 3, count], 1n))).to.equal("BAD_INPUT");
    }
    expect(codeOf(() => witnessOf(circuit, { ...values, counts: [1, 2, 3] }))).to.equal("BAD_INPUT");
    for (const salt of [-1n, FIELD]) {
      expect(codeOf(() => witnessOf(circuit, { ...values, salt }))).to.equal("BAD_INPUT");
      expect(codeOf(() => witnessOf(circuit, { ...values, inputSalt: salt }))).to.equal("BAD_INPUT");
      expect(codeOf(() => inputCommitment(shape, [1, 2, 3, 4], salt))).to.equal("BAD_INPUT");
    }
    for (const label of [3, -1, 0.5]) {
      expect(codeOf(() => dataCommitment(shape, [{ counts: [1, 2, 3, 4], label }], 1n))).to.equal("BAD_INPUT");
      const step = sgdCase(shape, 2, 1);
      const samples = [{ counts: [0, 0, 0, 0], label }];
      const code = codeOf(() => witnessOf(step.circuit, { ...step.values, samples }));
      expect(code).to.be.oneOf(["BAD_INPUT", "UNSATISFIED"]);
    }
    const logits = [0, 1, 2 ** requireLayout(shape).logitBits];
    expect(codeOf(() => outputCommitment(shape, logits, 1n))).to.equal("BAD_INPUT");
    expect(codeOf(() => outputCommitment(shape, [0, 1], 1n))).to.equal("BAD_INPUT");
    expect(codeOf(() => outputCommitment(shape, [0, 1, 0.5], 1n))).to.equal("BAD_INPUT");
  });

  it("non-hiding commitments: equal weights, inputs and outputs have other commitments with another salt", () => {
    const weights = randomModel(shape, 6);
    const counts = randomCounts(shape, 7);
    const salts = [randomSalt(), randomSalt()];
    expect(salts[0]).not.to.equal(salts[1]);
    for (const commit of [
      (salt: bigint) => poseidonRoot(shape, weights, salt),
      (salt: bigint) => deltaCommitment(shape, weights, weights, salt),
      (salt: bigint) => inputCommitment(shape, counts, salt),
      (salt: bigint) => outputCommitment(shape, [1, 2, 3], salt),
      (salt: bigint) => dataCommitment(shape, [{ counts, label: 1 }], salt),
    ]) {
      expect(new Set(salts.map(commit)).size).to.equal(2);
      expect(commit(5n)).to.equal(commit(5n));
    }
  });

  it("output leakage: neither logits nor counts are public, only commitments, class and margin", () => {
    expect(inferenceCircuit(shape, 1).publics).to.deep.equal(["root", "input", "output", "result", "context"]);
    expect(inferenceCircuit(shape, 2).publics).to.deep.equal(["input", "output", "result", "context"]);
  });

  it("delta: the commitments are the SDK's, and a delta that wraps out of int8 is refused", () => {
    const { circuit, values } = deltaCase(shape);
    const { base, next, salt } = values;
    const { publics } = witnessOf(circuit, values);
    expect(publics.slice(0, 3)).to.deep.equal([
      poseidonRoot(shape, base.weights, base.salt),
      deltaCommitment(shape, base.weights, next.weights, salt),
      poseidonRoot(shape, next.weights, next.salt),
    ]);
    const wrapped = changed(next.weights, "hiddenWeight", 0, (base.weights.hiddenWeight[0] as number) + 256);
    const forged = { ...values, next: { ...next, weights: wrapped } };
    expect(codeOf(() => witnessOf(circuit, forged))).to.equal("UNFIT_WEIGHTS");
    // With the check outside the circuit gone, the eight bits are still all there is.
    for (let bit = 0; bit < 8; bit++) {
      const lie = new Map([[`next.hiddenWeight[0].${bit}`, 2n]]);
      expect(tryLie(circuit, values, lie)).to.equal(undefined);
    }
  });

  it("training: roots and data are the SDK's, and a batch in which slots could carry is refused", () => {
    const { circuit, values } = sgdCase(shape, 1, 2);
    const { publics } = witnessOf(circuit, values);
    expect(publics.slice(0, 3)).to.deep.equal([
      poseidonRoot(shape, values.base.weights, values.base.salt),
      poseidonRoot(shape, stepped(shape, values), values.nextSalt),
      dataCommitment(shape, values.samples, values.dataSalt),
    ]);
    const half = 2 ** (requireLayout(shape).slot - 1);
    const most = Math.ceil((half - 256) / 120) - 1;
    expect(codeOf(() => sgdCircuit(shape, most, 2))).to.equal(undefined);
    for (const batch of [most + 1, 0, 1.5]) expect(codeOf(() => sgdCircuit(shape, batch, 2))).to.equal("BAD_CIRCUIT");
    const { samples } = values;
    expect(codeOf(() => witnessOf(circuit, { ...values, samples: samples.slice(1) }))).to.equal("BAD_INPUT");
  });

  it("a model that a circuit cannot express is refused with the reason", () => {
    const demo = { type: "freehold.ngram-mlp", inputs: 512, hidden: 16, classes: 3, featuriser: { maxCount: 15 } };
    const reason = (architecture: unknown) => {
      const fit = modelFitsCircuit(architecture);
      return fit.fits ? "fits" : fit.reason;
    };
    expect(reason(demo)).to.equal("fits");
    expect(reason({ type: "onnx", inputs: [], outputs: [] })).to.equal("NOT_AN_NGRAM_MLP");
    expect([null, undefined, 1, "x", {}].map(reason)).to.deep.equal(new Array(5).fill("NOT_AN_NGRAM_MLP"));
    expect(reason({ ...demo, hidden: 0 })).to.equal("BAD_SIZES");
    expect(reason({ ...demo, hidden: "16" })).to.equal("BAD_SIZES");
    expect(reason({ ...demo, classes: 1 })).to.equal("BAD_SIZES");
    expect(reason({ ...demo, hidden: undefined })).to.equal("BAD_SIZES");
    expect(reason({ ...demo, hidden: 4_096 })).to.equal("TOO_MANY_WEIGHTS");
    expect(reason({ ...demo, inputs: 1, classes: 257 })).to.equal("TOO_MANY_CLASSES");
    expect(reason({ ...demo, featuriser: { maxCount: 16 } })).to.equal("COUNTS_TOO_GREAT");
    expect(layoutOf({ inputs: 32_768, hidden: 1, classes: 3 }).fits).to.equal(true);
    expect(codeOf(() => inferenceCircuit({ inputs: 512, hidden: 4_096, classes: 3 }, 1))).to.equal(
      "UNFIT_ARCHITECTURE",
    );
  });
});
