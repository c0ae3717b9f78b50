import { applyDeltas, createDense, createLora, createSparse } from "@freehold/sdk/weights";
import { decodeMlpWeights } from "@freehold/worker/engine";
import { expect } from "chai";
import { rowsOf } from "../../../scripts/model/dataset.ts";
import { FINE_TUNE, fineTune } from "../../../scripts/model/finetune.ts";
import { fineTuneLora, LORA_ALPHA } from "../../../scripts/model/lora.ts";
import { evaluate, type Model, modelFiles, weightsDigest } from "../../../scripts/model/model.ts";
import { defaultBase } from "./utils/models.ts";

const BASE = `0x${"0b".repeat(32)}` as const;

async function analyst() {
  const { dataset, base } = await defaultBase();
  return {
    base: base.model,
    rows: rowsOf(dataset, { split: ["train", "valid"], slice: "analyst" }),
    test: rowsOf(dataset, { split: "test", slice: "analyst" }),
    publicTest: rowsOf(dataset, { split: "test", slice: "public" }),
  };
}

/** The model after a delta, through the file formats that nodes use. */
function applied(base: Model, delta: Uint8Array): Model {
  const effective = applyDeltas(modelFiles(base).weights, [{ delta, expectedBase: BASE }]);
  return { architecture: base.architecture, weights: decodeMlpWeights(base.architecture, effective) };
}

describe("fine-tuning", () => {
  it("gains on the analyst's private rows and keeps the public ones", async () => {
    const { base, rows, test, publicTest } = await analyst();
    const tuned = fineTune(base, rows, FINE_TUNE);
    expect(evaluate(tuned, test).accuracy).to.be.at.least(evaluate(base, test).accuracy + 0.03);
    expect(evaluate(tuned, publicTest).accuracy).to.be.at.least(evaluate(base, publicTest).accuracy - 0.02);
  });

  it("is deterministic and leaves the base as it was", async () => {
    const { base, rows } = await analyst();
    const before = weightsDigest(base);
    const tuned = fineTune(base, rows, FINE_TUNE);
    expect(weightsDigest(fineTune(base, rows, FINE_TUNE))).to.equal(weightsDigest(tuned));
    expect(weightsDigest(base)).to.equal(before);
    expect(weightsDigest(tuned)).not.to.equal(before);
    expect(tuned.architecture).to.equal(base.architecture);
  });

  it("stays nearer to the base the stronger the anchor, and reaches it", async () => {
    const { base, rows } = await analyst();
    const distances = [0, 0.03, 0.3, 3].map((l2ToBase) => {
      const { weights } = fineTune(base, rows, { ...FINE_TUNE, l2ToBase });
      return weights.hiddenWeight.reduce(
        (sum, w, i) => sum + Math.abs(w - (base.weights.hiddenWeight[i] as number)),
        0,
      );
    });
    expect(distances).to.deep.equal(distances.toSorted((a, b) => b - a));
    expect(distances.at(-1)).to.be.below((distances[0] as number) / 4);
  });

  it("is a dense and a sparse delta of the base", async () => {
    const { base, rows } = await analyst();
    const tuned = fineTune(base, rows, FINE_TUNE);
    const [before, after] = [modelFiles(base).weights, modelFiles(tuned).weights];
    for (const create of [createDense, createSparse]) {
      expect(weightsDigest(applied(base, create(before, after, { base: BASE })))).to.equal(weightsDigest(tuned));
    }
  });

  it("works as LoRA too: a small delta that gains on the private rows", async () => {
    const { base, rows, test } = await analyst();
    for (const rank of [2, 4, 8]) {
      const adapters = fineTuneLora(base, rows, { ...FINE_TUNE, rank });
      const delta = createLora(modelFiles(base).weights, adapters, { base: BASE, alpha: LORA_ALPHA });
      const tuned = applied(base, delta);
      expect(evaluate(tuned, test).accuracy, `rank ${rank}`).to.be.above(evaluate(base, test).accuracy);
      expect(tuned.weights.outputWeight).to.deep.equal(base.weights.outputWeight);
    }
  });

  it("never leaves int8 with LoRA, however far it is driven", async () => {
    const { base, rows } = await analyst();
    const adapters = fineTuneLora(base, rows, { rank: 2, epochs: 60, l2ToBase: 0, seed: 1 });
    const delta = createLora(modelFiles(base).weights, adapters, { base: BASE, alpha: LORA_ALPHA });
    expect(weightsDigest(applied(base, delta))).not.to.equal(weightsDigest(base));
  });
});
