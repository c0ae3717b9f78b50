import { spawnSync } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { architectureHash, loadEngine } from "@freehold/worker/engine";
import { expect } from "chai";
import { trainBase } from "../../../scripts/model/base.ts";
import { loadDataset, rowsOf } from "../../../scripts/model/dataset.ts";
import { exp, log, Random, softmax } from "../../../scripts/model/math.ts";
import { forward } from "../../../scripts/model/mlp.ts";
import { evaluate, featuriserOf, modelFiles, weightsDigest } from "../../../scripts/model/model.ts";
import { dequantise, quantise } from "../../../scripts/model/quantise.ts";
import { vectorise } from "../../../scripts/model/sparse.ts";
import { defaultBase } from "./utils/models.ts";
import { sharedSentfin } from "./utils/shared.ts";

/** Of the base of the default data: other bytes mean other anchors, and that is a decision. */
const WEIGHTS_SHA256 = "557fea0610d5dfb1ff1e297e29d23819fce9a094e701e99ce819dc73331d0cdc";
const ARCHITECTURE_HASH = "0xc78959792465b8c33359749c20d9dc4059c5495b90bffd11db571f20f43d674e";

/** Accuracy before quantisation. */
function floatAccuracy({ float, model }: ReturnType<typeof trainBase>, rows: ReturnType<typeof rowsOf>): number {
  const vectors = vectorise(rows, featuriserOf(model));
  const hidden = new Float64Array(float.hidden);
  const logits = new Float64Array(float.classes);
  const correct = rows.filter(({ label }, r) => {
    forward(float, vectors, r, hidden, logits);
    return logits.indexOf(Math.max(...logits)) === label;
  });
  return correct.length / rows.length;
}

/** chai's closeTo, which Hardhat's matchers replace by one for integers. */
function near(actual: number | undefined, expected: number, tolerance: number): void {
  expect(Math.abs((actual ?? Number.NaN) - expected), `${actual} is not ${expected}`).to.be.at.most(tolerance);
}

describe("mathematics of training", () => {
  it("has exp and log within a few units in the last place", () => {
    for (let x = -60; x <= 60; x += 0.0137) near(exp(x) / Math.exp(x), 1, 1e-15);
    for (let x = 1; x <= 4; x += 0.0007) near(log(x), Math.log(x), 1e-15);
    expect([exp(0), exp(-1_000), log(1)]).to.deep.equal([1, 0, 0]);
  });

  it("has a softmax that survives large logits", () => {
    const z = Float64Array.of(1_000, 999, -1_000);
    near(softmax(z), 1_000.313, 0.001);
    near(z[0], 0.731, 0.001);
    expect(z[2]).to.equal(0);
  });

  it("has the generator sfc32, without a bias that a count could see", () => {
    const mask = 0xffff_ffffn;
    let [a, b, c, counter] = [42n, 1n, 0x9e3779b9n, 1n];
    const reference = Array.from({ length: 100 }, () => {
      const t = (a + b + counter++) & mask;
      a = b ^ (b >> 9n);
      b = (c + (c << 3n)) & mask;
      c = (((c << 21n) | (c >> 11n)) + t) & mask;
      return Number(t);
    });
    const random = new Random(2 ** 32 + 42);
    expect(Array.from({ length: 85 }, () => random.uint32())).to.deep.equal(reference.slice(15));
    const counts = new Array<number>(10).fill(0);
    for (let i = 0; i < 100_000; i++) {
      const digit = random.below(10);
      counts[digit] = (counts[digit] as number) + 1;
    }
    for (const count of counts) expect(count).to.be.within(9_600, 10_400);
  });
});

describe("training on the default data", () => {
  it("gives the same bytes on every machine", async () => {
    const { base } = await defaultBase();
    expect(weightsDigest(base.model)).to.equal(WEIGHTS_SHA256);
    expect(architectureHash(modelFiles(base.model).architecture)).to.equal(ARCHITECTURE_HASH);
  });

  it("depends on the seed", async () => {
    const { dataset, base } = await defaultBase();
    const other = trainBase(dataset, { seed: 2 });
    expect(weightsDigest(other.model)).not.to.equal(weightsDigest(base.model));
    expect(weightsDigest(trainBase(dataset, { seed: 2 }).model)).to.equal(weightsDigest(other.model));
  });

  it("reaches 0.75 on the test split, from the public rows and from all", async () => {
    const { dataset, base } = await defaultBase();
    expect(evaluate(base.model, rowsOf(dataset, { split: "test" })).accuracy).to.be.at.least(0.8);
    expect(evaluate(base.model, rowsOf(dataset, { split: "test", slice: "public" })).accuracy).to.be.at.least(0.8);
    const all = trainBase(dataset, { slice: "all" });
    expect(evaluate(all.model, rowsOf(dataset, { split: "test" })).accuracy).to.be.at.least(0.83);
  });

  it("loses at most half a point to int8", async () => {
    const { dataset, base } = await defaultBase();
    const rows = [...dataset.rows];
    near(floatAccuracy(base, rows), evaluate(base.model, rows).accuracy, 0.005);
  });

  it("never looks at test rows, nor the base at the analyst's", async () => {
    const { dataset, base } = await defaultBase();
    const changed = dataset.rows.map((row) =>
      row.split === "test" || row.analyst ? { ...row, label: (row.label + 1) % 3, text: `${row.text} spoiled` } : row,
    );
    const again = trainBase({ ...dataset, rows: changed });
    expect(weightsDigest(again.model)).to.equal(weightsDigest(base.model));
  });

  it("has 512 inputs, 16 neurons, 3 classes, and integers that stand for exactly what dequantising gives", async () => {
    const { base } = await defaultBase();
    const { architecture, weights } = base.model;
    expect(architecture).to.include({ inputs: 512, hidden: 16, classes: 3 });
    expect(quantise(dequantise(architecture, weights), architecture.fractionBits)).to.deep.equal(weights);
  });
});

describe("training on SEntFiN", () => {
  it("reaches 0.79 on the test split, int8 within half a point", async function () {
    if ((await sharedSentfin()) === undefined) return this.skip();
    const dataset = await loadDataset({ dataset: "sentfin" });
    const base = trainBase(dataset, { slice: "all" });
    const test = rowsOf(dataset, { split: "test" });
    const { accuracy } = evaluate(base.model, test);
    expect(accuracy).to.be.at.least(0.79);
    near(floatAccuracy(base, test), accuracy, 0.005);
  });
});

describe("the train command", () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "freehold-train-"));
  });
  after(() => rm(folder, { recursive: true }));

  const train = (...args: string[]) =>
    spawnSync(process.execPath, ["scripts/model/train.ts", ...args], { encoding: "utf8" });

  it("writes a model that loads, and a report of it", async () => {
    const out = join(folder, "model");
    const { status, stdout } = train("--out", out);
    expect(status).to.equal(0);
    const [architecture, weights, text] = await Promise.all(
      ["architecture.json", "model.safetensors", "report.json"].map((name) => readFile(join(out, name))),
    );
    const report = JSON.parse(String(text));
    expect(report.model.architectureHash).to.equal(architectureHash(architecture as Buffer));
    expect(stdout).to.contain(report.model.weightsRoot);
    const engine = await loadEngine(architecture as Buffer, weights as Buffer);
    const { dataset } = await defaultBase();
    const test = rowsOf(dataset, { split: "test" });
    const answers = await Promise.all(test.map(({ text: headline }) => engine.infer({ text: headline })));
    const correct = answers.filter((answer, i) => "class" in answer && answer.class === test[i]?.label).length;
    expect(report.accuracy.test.all).to.include({ rows: test.length, correct });
  });

  const bad: readonly (readonly [name: string, args: readonly string[], message: RegExp])[] = [
    ["no output folder", [], /--out/],
    ["an unknown option", ["--out", "x", "--epochs", "3"], /unknown option '--epochs'/],
    ["an unknown data set", ["--out", "x", "--dataset", "other"], /Allowed choices are sentfin/],
    ["two sources", ["--out", "x", "--dataset", "sentfin", "--data", "y.csv"], /cannot be used with/],
    ["a bad seed", ["--out", "x", "--seed", "1.5"], /whole number/],
    ["a missing file", ["--out", "x", "--data", "missing.csv"], /^error: missing\.csv: cannot be read/],
    ["a file that is no CSV of headlines", ["--out", "x", "--data", "package.json"], /^error: package\.json:\d+: /],
    ["an output folder that is a file", ["--out", "package.json/x"], /^error: ENOTDIR/],
  ];
  for (const [name, args, message] of bad) {
    it(`ends with one line and exit code 2 on ${name}`, () => {
      const { status, stderr } = train(...args);
      expect(stderr).to.match(message);
      expect(stderr.trimEnd().split("\n")).to.have.length(1);
      expect(status).to.equal(2);
    });
  }
});
