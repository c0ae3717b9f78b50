import { applyDeltas, createDense, tensorOf, writeSafetensors } from "@freehold/sdk/weights";
import { encodeArchitecture, IntegerEngine, loadEngine, type OnnxArchitecture } from "@freehold/worker/engine";
import { expect } from "chai";
import { Random } from "../../../scripts/model/math.ts";
import { errorOf } from "./utils/errors.ts";
import { mlpOnnx, mlpParameters, textOnnxArchitecture } from "./utils/mlp-onnx.ts";
import { defaultBase, randomWeights, smallArchitecture } from "./utils/models.ts";
import { FLOAT, INT64, node, onnxModel, value } from "./utils/onnx-bytes.ts";

describe("ONNX engine", () => {
  it("answers as the integer engine does on every test headline, to the last digit of the logits", async () => {
    const { dataset, base } = await defaultBase();
    const { architecture, weights } = base.model;
    const integer = new IntegerEngine(architecture, weights);
    const onnx = await loadEngine(
      encodeArchitecture(textOnnxArchitecture(architecture)),
      mlpOnnx(architecture, weights),
    );
    expect(onnx.kind).to.equal("onnx");
    const test = dataset.rows.filter(({ split }) => split === "test");
    expect(test).to.have.length.above(100);
    // All at once: answers must not mix.
    const answers = await Promise.all(test.map(({ text }) => onnx.infer({ text })));
    for (const [i, { text }] of test.entries()) expect(answers[i]).to.deep.equal(integer.infer({ text }));
    await onnx.close();
  });

  it("takes initialisers from safetensors, so that a delta changes an ONNX model", async () => {
    const architecture = smallArchitecture(6, 3, 2);
    const random = new Random(5);
    const [before, after] = [randomWeights(architecture, random), randomWeights(architecture, random)];
    const graph = tensorOf(
      "U8",
      [mlpOnnx(architecture, before, true).length],
      mlpOnnx(architecture, before, true).slice(),
    );
    const file = (weights: typeof before) =>
      writeSafetensors({
        tensors: new Map([
          ["onnx.model", graph],
          ...mlpParameters(architecture, weights).map(
            ([name, dims, data]) => [name, tensorOf("F64", dims, data)] as const,
          ),
        ]),
      });
    const base = `0x${"ab".repeat(32)}` as const;
    const delta = createDense(file(before), file(after), { base });
    const effective = applyDeltas(file(before), [{ delta, expectedBase: base }]);
    const files = encodeArchitecture(textOnnxArchitecture(architecture));
    for (const [bytes, weights] of [
      [file(before), before],
      [effective, after],
    ] as const) {
      const onnx = await loadEngine(files, bytes);
      const text = "w0 w1 w1 w5";
      expect(await onnx.infer({ text })).to.deep.equal(new IntegerEngine(architecture, weights).infer({ text }));
      await onnx.close();
    }
  });

  describe("for general models", () => {
    const model = onnxModel({
      nodes: [node("Add", ["a", "a"], "twice"), node("Neg", ["n"], "negated")],
      inputs: [value("a", FLOAT, [2]), value("n", INT64, [1])],
      outputs: [value("twice", FLOAT, [2]), value("negated", INT64, [1])],
    });
    const architecture: OnnxArchitecture = {
      type: "onnx",
      version: 1,
      inputs: [
        { name: "a", dtype: "float32", shape: [2] },
        { name: "n", dtype: "int64", shape: [-1] },
      ],
      outputs: ["twice", "negated"],
    };
    const a = { dims: [2], data: [1.5, -2] };
    const n = { dims: [1], data: ["9007199254740993"] };

    it("answers with tensors, 64-bit integers as strings", async () => {
      const engine = await loadEngine(encodeArchitecture(architecture), model);
      const output = await engine.infer({ tensors: { a, n } });
      expect(output).to.deep.equal({
        tensors: { twice: { dims: [2], data: [3, -4] }, negated: { dims: [1], data: ["-9007199254740993"] } },
      });
      expect(JSON.parse(JSON.stringify(output))).to.deep.equal(output);
      await engine.close();
    });

    it("refuses inputs of other names, shapes and ranges", async () => {
      const engine = await loadEngine(encodeArchitecture(architecture), model);
      const bad: unknown[] = [
        { text: "up" },
        { tensors: { a } },
        { tensors: { a, n, z: a } },
        { tensors: { a: { dims: [1], data: [1] }, n } },
        { tensors: { a: { dims: [2], data: [1] }, n } },
        { tensors: { a, n: { dims: [1], data: [0.5] } } },
        { tensors: { a, n: { dims: [1], data: ["99999999999999999999"] } } },
        { tensors: { a: { dims: [2], data: ["x", 1] }, n } },
        { tensors: { a: { dims: [2], data: [1e39, 1] }, n } },
      ];
      for (const input of bad) {
        expect(await errorOf(() => engine.infer(input)), JSON.stringify(input)).to.include({ code: "BAD_INPUT" });
      }
      await engine.close();
    });

    it("refuses model files that are damaged or have other inputs", async () => {
      const cases: readonly (readonly [OnnxArchitecture, Uint8Array])[] = [
        [architecture, new Uint8Array()],
        [architecture, Uint8Array.from({ length: 64 }, (_, i) => i * 7)],
        [architecture, model.subarray(0, model.length - 20)],
        [architecture, writeSafetensors({ tensors: new Map([["a", tensorOf("F32", [1], Float32Array.of(1))]]) })],
        [{ ...architecture, inputs: architecture.inputs.slice(0, 1) }, model],
        [{ ...architecture, outputs: ["other"] }, model],
        [{ ...architecture, outputs: [] }, model],
      ];
      for (const [spec, bytes] of cases) {
        const error = await errorOf(() => loadEngine(encodeArchitecture(spec), bytes));
        expect(error).to.include({ name: "EngineError", code: "BAD_WEIGHTS" });
        expect(error.message).not.to.contain("\n");
      }
    });
  });
});
