import { createHash } from "node:crypto";
import { tensorOf, writeSafetensors } from "@freehold/sdk/weights";
import {
  architectureHash,
  decodeMlpWeights,
  encodeArchitecture,
  encodeMlpWeights,
  IntegerEngine,
  loadEngine,
  type MlpWeights,
  type NgramMlpArchitecture,
  parseArchitecture,
} from "@freehold/worker/engine";
import { expect } from "chai";
import { Random } from "../../../scripts/model/math.ts";
import { errorOf } from "./utils/errors.ts";
import { randomWeights, smallArchitecture } from "./utils/models.ts";

/** The definition, in bigint and without shortcuts. */
function referenceLogits(architecture: NgramMlpArchitecture, weights: MlpWeights, x: readonly number[]): bigint[] {
  const { inputs, hidden, classes } = architecture;
  const layer = (rows: number, columns: number, w: Int8Array, b: Int32Array, v: readonly bigint[]) =>
    Array.from({ length: rows }, (_, r) => {
      let sum = BigInt(b[r] as number);
      for (let c = 0; c < columns; c++) sum += BigInt(w[r * columns + c] as number) * (v[c] as bigint);
      return sum;
    });
  const pre = layer(hidden, inputs, weights.hiddenWeight, weights.hiddenBias, x.map(BigInt));
  const active = pre.map((value) => (value > 0n ? value : 0n));
  return layer(classes, hidden, weights.outputWeight, weights.outputBias, active);
}

describe("integer engine", () => {
  it("agrees with a bigint reference on random models and inputs", () => {
    const random = new Random(7);
    for (let round = 0; round < 60; round++) {
      const architecture = smallArchitecture(1 + random.below(512), 1 + random.below(32), 2 + random.below(4));
      const weights = randomWeights(architecture, random);
      const engine = new IntegerEngine(architecture, weights);
      for (const density of [0, 0.02, 0.5, 1]) {
        const x = Array.from({ length: architecture.inputs }, () =>
          random.uniform() < density ? random.below(16) : 0,
        );
        const expected = referenceLogits(architecture, weights, x);
        expect(engine.logits(x).map(BigInt)).to.deep.equal(expected);
        const best = expected.reduce((at, value, i) => (value > (expected[at] as bigint) ? i : at), 0);
        const tensors = { counts: { dims: [x.length], data: x } };
        const result = engine.infer({ tensors });
        expect(result).to.deep.equal({ label: `class ${best}`, class: best, logits: expected.map(String) });
      }
    }
  });

  it("is exact at the greatest sums that int8 weights can reach", () => {
    const architecture = smallArchitecture(512, 16, 3);
    const weights = {
      hiddenWeight: new Int8Array(512 * 16).fill(127),
      hiddenBias: new Int32Array(16).fill(2 ** 20),
      outputWeight: new Int8Array(48).fill(-128),
      outputBias: Int32Array.of(2 ** 31 - 1, -(2 ** 31), 0),
    };
    const x = new Array<number>(512).fill(15);
    const engine = new IntegerEngine(architecture, weights);
    expect(engine.logits(x).map(BigInt)).to.deep.equal(referenceLogits(architecture, weights, x));
  });

  it("answers the lowest class on ties", () => {
    const architecture = smallArchitecture(4, 2, 3);
    const tie = (outputBias: Int32Array<ArrayBuffer>) =>
      new IntegerEngine(architecture, {
        hiddenWeight: new Int8Array(8),
        hiddenBias: new Int32Array(2),
        outputWeight: new Int8Array(6),
        outputBias,
      }).infer({ text: "anything" }).class;
    expect(tie(Int32Array.of(0, 0, 0))).to.equal(0);
    expect(tie(Int32Array.of(-1, 5, 5))).to.equal(1);
    expect(tie(Int32Array.of(-7, -9, -7))).to.equal(0);
  });

  it("refuses weights whose sums could leave the static bounds", async () => {
    const architecture = smallArchitecture(512, 2, 3);
    const with1 = (hiddenBias: number, outputBias = 0) => ({
      hiddenWeight: new Int8Array(1024).fill(127),
      hiddenBias: Int32Array.of(0, hiddenBias),
      outputWeight: new Int8Array(6).fill(127),
      outputBias: Int32Array.of(0, 0, outputBias),
    });
    const room = 2 ** 21 - 512 * 15 * 127;
    expect(() => new IntegerEngine(architecture, with1(room - 1))).not.to.throw();
    expect(() => new IntegerEngine(architecture, with1(-(2 ** 21) + 1))).not.to.throw();
    for (const bias of [room, -(2 ** 21), 2 ** 31 - 1, -(2 ** 31)]) {
      const error = await errorOf(() => new IntegerEngine(architecture, with1(bias)));
      expect(error).to.include({ code: "OUT_OF_BOUNDS" });
      expect(error.details).to.deep.include({ tensor: "hidden.bias", row: 1 });
    }
  });

  it("refuses weights of another size", async () => {
    const architecture = smallArchitecture(4, 2, 3);
    const weights = randomWeights(architecture, new Random(2));
    const error = await errorOf(() => new IntegerEngine(architecture, { ...weights, outputBias: new Int32Array(2) }));
    expect(error).to.include({ code: "BAD_WEIGHTS", message: "outputBias has 2 elements, not 3" });
  });

  it("refuses inputs that are no counts, naming the place and not the content", async () => {
    const architecture = smallArchitecture(2, 1, 2);
    const engine = new IntegerEngine(architecture, randomWeights(architecture, new Random(1)));
    const counts = (data: unknown, dims: unknown = [2]) => ({ tensors: { counts: { dims, data } } });
    const bad: unknown[] = [
      undefined,
      null,
      "text",
      {},
      [],
      { text: 5 },
      { text: "a", tensors: {} },
      { tensors: {} },
      { tensors: { other: { dims: [2], data: [0, 0] } } },
      { tensors: { counts: { dims: [2], data: [0, 0] }, other: { dims: [0], data: [] } } },
      counts([16, 0]),
      counts([-1, 0]),
      counts([0.5, 0]),
      counts([Number.NaN, 0]),
      counts(["secret", 0]),
      counts([0]),
      counts([0], [1]),
      counts([0, 0, 0], [3]),
      counts([0, 0], [2, -1]),
      counts([0, 0], "2"),
      { text: "x".repeat(100_000) },
    ];
    for (const input of bad) {
      const error = await errorOf(() => engine.infer(input));
      expect(error, JSON.stringify(input)).to.include({ name: "EngineError", code: "BAD_INPUT" });
      expect(error.message).not.to.contain("secret");
    }
    for (const input of [[0], [0, 16], [0, 1.5], [0, -1]]) {
      expect(await errorOf(() => engine.logits(input))).to.include({ code: "BAD_INPUT" });
    }
  });
});

describe("model files", () => {
  const architecture = smallArchitecture(8, 4, 3);
  const weights = randomWeights(architecture, new Random(3));
  const files = { architecture: encodeArchitecture(architecture), weights: encodeMlpWeights(architecture, weights) };

  it("come back as they went, and load", async () => {
    expect(parseArchitecture(files.architecture)).to.deep.equal(architecture);
    expect(decodeMlpWeights(architecture, files.weights)).to.deep.equal(weights);
    const engine = await loadEngine(files.architecture, files.weights);
    expect(engine.kind).to.equal("integer");
    expect(await engine.infer({ text: "w1 w2" })).to.have.keys("label", "class", "logits");
    await engine.close();
  });

  it("have canonical bytes: sorted keys, no white space, and their SHA-256 as the architecture hash", () => {
    const text = new TextDecoder().decode(files.architecture);
    const shuffled = Object.fromEntries(Object.entries(architecture).reverse()) as unknown as NgramMlpArchitecture;
    expect(encodeArchitecture(shuffled)).to.deep.equal(files.architecture);
    expect(text).to.match(/^\{"classes":3,"featuriser":\{"maxCount":15,"stripAttribution":false,"type"/);
    expect(architectureHash(files.architecture)).to.equal(`0x${createHash("sha256").update(text).digest("hex")}`);
  });

  it("keep the loaded weights apart from the caller's bytes", async () => {
    const bytes = files.weights.slice();
    const engine = await loadEngine(files.architecture, bytes);
    const before = await engine.infer({ text: "w1 w2 w3" });
    bytes.fill(0);
    expect(await engine.infer({ text: "w1 w2 w3" })).to.deep.equal(before);
  });

  it("are refused as architectures, with the field's name", async () => {
    const encode = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));
    const cases: readonly (readonly [bytes: Uint8Array, pattern: RegExp])[] = [
      [new Uint8Array(), /not JSON/],
      [Uint8Array.of(0xff, 0x7b), /not JSON in UTF-8/],
      [encode([]), /architecture must be an object/],
      [encode({ ...architecture, type: "other" }), /architecture\.type/],
      [encode({ ...architecture, version: 2 }), /architecture\.version/],
      [encode({ ...architecture, inputs: 0 }), /architecture\.inputs/],
      [encode({ ...architecture, inputs: 1e9 }), /architecture\.inputs/],
      [encode({ ...architecture, vocabulary: ["w0"] }), /architecture\.vocabulary/],
      [encode({ ...architecture, vocabulary: new Array(8).fill("w0") }), /architecture\.vocabulary/],
      [encode({ ...architecture, labels: ["a", "b", 3] }), /architecture\.labels\[2\]/],
      [encode({ ...architecture, featuriser: { ...architecture.featuriser, version: 2 } }), /featuriser\.version/],
      [encode({ ...architecture, featuriser: { ...architecture.featuriser, maxCount: 16 } }), /featuriser\.maxCount/],
    ];
    for (const [bytes, pattern] of cases) {
      const error = await errorOf(() => loadEngine(bytes, files.weights));
      expect(error).to.include({ name: "EngineError", code: "BAD_ARCHITECTURE" });
      expect(error.message).to.match(pattern);
    }
  });

  it("are refused as weights, with the tensor's name", async () => {
    const without = (name: string) => {
      const tensors = new Map([
        ["hidden.weight", tensorOf("I8", [4, 8], weights.hiddenWeight)],
        ["hidden.bias", tensorOf("I32", [4], weights.hiddenBias)],
        ["output.weight", tensorOf("I8", [3, 4], weights.outputWeight)],
        ["output.bias", tensorOf("I32", [3], weights.outputBias)],
      ]);
      tensors.delete(name);
      return tensors;
    };
    const cases: readonly (readonly [bytes: Uint8Array, pattern: RegExp])[] = [
      [new Uint8Array(), /model file/],
      [files.weights.subarray(0, 40), /model file/],
      [files.weights.subarray(0, files.weights.length - 1), /model file/],
      [writeSafetensors({ tensors: without("hidden.bias") }), /no tensor hidden\.bias/],
      [
        writeSafetensors({ tensors: without("").set("extra", tensorOf("I8", [1], Int8Array.of(1))) }),
        /no tensor "extra"/,
      ],
      [
        writeSafetensors({ tensors: without("").set("hidden.bias", tensorOf("I8", [4], new Int8Array(4))) }),
        /hidden\.bias is I8 \[4\], not I32 \[4\]/,
      ],
      [
        writeSafetensors({ tensors: without("").set("hidden.weight", tensorOf("I8", [8, 4], weights.hiddenWeight)) }),
        /hidden\.weight is I8 \[8,4\], not I8 \[4,8\]/,
      ],
    ];
    for (const [bytes, pattern] of cases) {
      const error = await errorOf(() => loadEngine(files.architecture, bytes));
      expect(error).to.include({ name: "EngineError", code: "BAD_WEIGHTS" });
      expect(error.message).to.match(pattern);
    }
  });
});
