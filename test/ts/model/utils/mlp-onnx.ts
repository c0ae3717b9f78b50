import type { MlpWeights, NgramMlpArchitecture, OnnxArchitecture } from "@freehold/worker/engine";
import { DOUBLE, externalTensor, node, onnxModel, tensor, value } from "./onnx-bytes.ts";

/** The four parameters as [name, dims, values], transposed for x W. Doubles hold every integer of the model exactly. */
export function mlpParameters({ inputs, hidden, classes }: NgramMlpArchitecture, weights: MlpWeights) {
  return [
    ["W1", [inputs, hidden], transpose(weights.hiddenWeight, hidden, inputs)],
    ["b1", [hidden], Float64Array.from(weights.hiddenBias)],
    ["W2", [hidden, classes], transpose(weights.outputWeight, classes, hidden)],
    ["b2", [classes], Float64Array.from(weights.outputBias)],
  ] as const;
}

/** The same classifier as an ONNX graph: MatMul, Add, Relu, MatMul, Add. */
export function mlpOnnx(architecture: NgramMlpArchitecture, weights: MlpWeights, external = false): Uint8Array {
  return onnxModel({
    nodes: [
      node("MatMul", ["counts", "W1"], "m1"),
      node("Add", ["m1", "b1"], "pre"),
      node("Relu", ["pre"], "act"),
      node("MatMul", ["act", "W2"], "m2"),
      node("Add", ["m2", "b2"], "logits"),
    ],
    initialisers: mlpParameters(architecture, weights).map(([name, dims, data]) =>
      external ? externalTensor(name, DOUBLE, dims, name) : tensor(name, DOUBLE, dims, data),
    ),
    inputs: [value("counts", DOUBLE, [1, architecture.inputs])],
    outputs: [value("logits", DOUBLE, [1, architecture.classes])],
  });
}

/** An architecture of such a graph that reads text. */
export function textOnnxArchitecture(architecture: NgramMlpArchitecture): OnnxArchitecture {
  return {
    type: "onnx",
    version: 1,
    inputs: [{ name: "counts", dtype: "float64", shape: [1, architecture.inputs] }],
    outputs: ["logits"],
    labels: architecture.labels,
    text: { input: "counts", featuriser: architecture.featuriser, vocabulary: architecture.vocabulary },
  };
}

function transpose(values: ArrayLike<number>, rows: number, columns: number): Float64Array<ArrayBuffer> {
  const out = new Float64Array(rows * columns);
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++) out[c * rows + r] = values[r * columns + c] as number;
  }
  return out;
}
