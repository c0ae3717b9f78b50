import type { InferenceInput } from "@freehold/sdk";
import type * as Ort from "onnxruntime-web";
import type { OnnxArchitecture, OnnxInput } from "./architecture.js";
import { argmax, type InferenceEngine, type InferenceResult } from "./engine.js";
import { EngineError } from "./errors.js";
import { Featuriser } from "./featuriser.js";
import { parseInput } from "./input.js";
import { readTensors } from "./mlp-weights.js";

type Tensors = Extract<InferenceInput, { tensors: unknown }>["tensors"];
type Data = readonly (number | string)[];

/** Tensor of a safetensors model file that holds the ONNX graph. */
export const GRAPH_TENSOR = "onnx.model";

/**
 * Runs any ONNX model by onnxruntime's WebAssembly build: in this process, one thread, no network, no files.
 *
 * The model file is either the `.onnx` file itself, or safetensors: tensor `onnx.model` (U8) is the graph, and an initialiser
 * whose external location is another tensor's name takes its data from there, so that deltas can change it.
 */
export class OnnxEngine implements InferenceEngine {
  readonly kind = "onnx";
  readonly architecture: OnnxArchitecture;
  readonly #ort: typeof Ort;
  readonly #session: Ort.InferenceSession;
  readonly #featuriser: Featuriser | undefined;

  private constructor(architecture: OnnxArchitecture, ort: typeof Ort, session: Ort.InferenceSession) {
    this.architecture = architecture;
    this.#ort = ort;
    this.#session = session;
    const { text } = architecture;
    this.#featuriser = text === undefined ? undefined : new Featuriser(text.featuriser, text.vocabulary);
  }

  /** @throws EngineError `BAD_WEIGHTS` when the runtime refuses the file, or it has not the architecture's inputs and outputs */
  static async load(architecture: OnnxArchitecture, weights: Uint8Array): Promise<OnnxEngine> {
    const { graph, externalData } = openModelFile(weights);
    // Loaded on demand: most nodes never need the runtime.
    const ort = await import("onnxruntime-web");
    ort.env.wasm.numThreads = 1;
    ort.env.logLevel = "fatal";
    let session: Ort.InferenceSession;
    try {
      session = await ort.InferenceSession.create(graph, {
        executionProviders: ["wasm"],
        externalData,
        logSeverityLevel: 4,
      });
    } catch (cause) {
      throw new EngineError("BAD_WEIGHTS", `onnxruntime refuses the model: ${firstLine(cause)}`, {}, { cause });
    }
    const engine = new OnnxEngine(architecture, ort, session);
    const missing = [
      ...architecture.inputs.filter(({ name }) => !session.inputNames.includes(name)).map(({ name }) => name),
      ...session.inputNames.filter((name) => !architecture.inputs.some((input) => input.name === name)),
      ...architecture.outputs.filter((name) => !session.outputNames.includes(name)),
    ];
    if (missing.length > 0 || architecture.outputs.length === 0) {
      await session.release();
      throw new EngineError("BAD_WEIGHTS", "the model's inputs and outputs are not those of its architecture", {
        missing,
      });
    }
    return engine;
  }

  async infer(input: unknown): Promise<InferenceResult> {
    const parsed = parseInput(input);
    const tensors = "text" in parsed ? this.#textTensors(parsed.text) : parsed.tensors;
    const feeds = Object.fromEntries(this.architecture.inputs.map((spec) => [spec.name, this.#feed(spec, tensors)]));
    const unknown = Object.keys(tensors).find((name) => !Object.hasOwn(feeds, name));
    if (unknown !== undefined) throw badInput(unknown.slice(0, 120), "is not an input of the model");
    let outputs: Ort.InferenceSession.OnnxValueMapType;
    try {
      outputs = await this.#session.run(feeds, [...this.architecture.outputs]);
    } catch (cause) {
      // The runtime's text may quote the input: it goes no further than `cause`.
      throw new EngineError("RUNTIME_FAILED", "onnxruntime failed to run the model on this input", {}, { cause });
    }
    return this.#result(outputs);
  }

  async close(): Promise<void> {
    await this.#session.release();
  }

  #textTensors(text: string): Tensors {
    const spec = this.architecture.text;
    if (this.#featuriser === undefined || spec === undefined) throw badInput("text", "is not what this model takes");
    const counts = this.#featuriser.counts(text);
    const shape = this.architecture.inputs.find(({ name }) => name === spec.input)?.shape ?? [];
    return { [spec.input]: { dims: shape, data: Array.from(counts) } };
  }

  #feed(spec: OnnxInput, tensors: Tensors): Ort.Tensor {
    const given = Object.hasOwn(tensors, spec.name) ? tensors[spec.name] : undefined;
    if (given === undefined) throw badInput(spec.name, "is missing");
    const fits =
      given.dims.length === spec.shape.length &&
      spec.shape.every((dimension, i) => dimension === -1 || dimension === given.dims[i]);
    if (!fits) throw badInput(spec.name, `has shape [${given.dims}], not [${spec.shape}]`);
    try {
      const dims = [...given.dims];
      return new this.#ort.Tensor(
        spec.dtype,
        typedArray(spec.dtype, given.data) as Ort.Tensor.DataType,
        dims,
      ) as Ort.Tensor;
    } catch (cause) {
      if (cause instanceof RangeError) throw badInput(spec.name, `has an element that ${spec.dtype} cannot hold`);
      throw cause;
    }
  }

  #result(outputs: Ort.InferenceSession.OnnxValueMapType): InferenceResult {
    const { labels, outputs: names } = this.architecture;
    const tensors = names.map((name) => [name, outputs[name] as Ort.Tensor] as const);
    if (labels === undefined) {
      return {
        tensors: Object.fromEntries(
          tensors.map(([name, tensor]) => [
            name,
            { dims: [...tensor.dims], data: Array.from(tensor.data as ArrayLike<number>, plain) },
          ]),
        ),
      };
    }
    const logits = Array.from((tensors[0]?.[1].data ?? []) as ArrayLike<number | bigint>, Number);
    if (logits.length !== labels.length || !logits.every(Number.isFinite)) {
      throw new EngineError(
        "RUNTIME_FAILED",
        `the model gave ${logits.length} logits for ${labels.length} labels, or one is not finite`,
      );
    }
    const best = argmax(logits);
    return { label: labels[best] as string, class: best, logits: logits.map(String) };
  }
}

interface ModelFile {
  readonly graph: Uint8Array;
  readonly externalData: { readonly path: string; readonly data: Uint8Array }[];
}

function openModelFile(weights: Uint8Array): ModelFile {
  // Safetensors: a length below 2^32, then a brace. ONNX starts with the tag of its first field instead.
  if (weights[8] !== 0x7b || weights.subarray(4, 8).some((byte) => byte !== 0))
    return { graph: weights, externalData: [] };
  const tensors = readTensors(weights);
  const graph = tensors.get(GRAPH_TENSOR);
  if (graph?.dtype !== "U8") {
    throw new EngineError("BAD_WEIGHTS", `the model file has no U8 tensor ${GRAPH_TENSOR}`, { tensor: GRAPH_TENSOR });
  }
  const externalData = [...tensors]
    .filter(([name]) => name !== GRAPH_TENSOR)
    .map(([path, { data }]) => ({ path, data }));
  return { graph: graph.data, externalData };
}

function typedArray(dtype: OnnxInput["dtype"], data: Data): Ort.Tensor.DataType {
  switch (dtype) {
    case "float32":
      return Float32Array.from(data, (value) => finite(Math.fround(Number(value))));
    case "float64":
      return Float64Array.from(data, (value) => finite(Number(value)));
    case "int64":
      return BigInt64Array.from(data, (value) => inRange(BigInt(value), -(2n ** 63n), 2n ** 63n - 1n));
    case "int32":
      return Int32Array.from(data, (value) => inRange(integer(value), -(2 ** 31), 2 ** 31 - 1));
    case "int8":
      return Int8Array.from(data, (value) => inRange(integer(value), -128, 127));
    case "uint8":
      return Uint8Array.from(data, (value) => inRange(integer(value), 0, 255));
    case "bool":
      return Uint8Array.from(data, (value) => inRange(integer(value), 0, 1));
  }
}

function finite(value: number): number {
  if (!Number.isFinite(value)) throw new RangeError();
  return value;
}

function integer(value: number | string): number {
  const number = Number(value);
  if (!Number.isSafeInteger(number)) throw new RangeError();
  return number;
}

function inRange<T extends number | bigint>(value: T, least: T, most: T): T {
  if (value < least || value > most) throw new RangeError();
  return value;
}

/** JSON has no bigint. */
function plain(value: number | bigint): number | string {
  return typeof value === "bigint" || !Number.isFinite(value) ? String(value) : value;
}

function badInput(name: string, problem: string): EngineError {
  return new EngineError("BAD_INPUT", `input ${JSON.stringify(name)} ${problem}`, { input: name });
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split("\n", 1)[0]?.slice(0, 300) ?? "";
}
