import { createHash } from "node:crypto";
import type { Hex } from "@freehold/sdk";
import { EngineError } from "./errors.js";
import type { FeaturiserSpec } from "./featuriser.js";
import { Field } from "./json.js";

/** Classifier over selected n-grams: counts, int8 layer, ReLU, int8 layer (design.md section 8). */
export interface NgramMlpArchitecture {
  readonly type: "freehold.ngram-mlp";
  readonly version: 1;
  readonly inputs: number;
  readonly hidden: number;
  readonly classes: number;
  readonly labels: readonly string[];
  readonly featuriser: FeaturiserSpec;
  /** A stored weight w stands for w / 2^bits. Training needs it; inference does not. */
  readonly fractionBits: { readonly hidden: number; readonly output: number };
  readonly vocabulary: readonly string[];
}

export const ONNX_DTYPES = ["float32", "float64", "int32", "int64", "uint8", "int8", "bool"] as const;
export type OnnxDtype = (typeof ONNX_DTYPES)[number];

export interface OnnxInput {
  readonly name: string;
  readonly dtype: OnnxDtype;
  /** -1 where the request chooses. */
  readonly shape: readonly number[];
}

/** Any ONNX model. With `labels`, its first output is read as logits; with `text`, one input is made of a text's counts. */
export interface OnnxArchitecture {
  readonly type: "onnx";
  readonly version: 1;
  readonly inputs: readonly OnnxInput[];
  readonly outputs: readonly string[];
  readonly labels?: readonly string[];
  readonly text?: {
    readonly input: string;
    readonly featuriser: FeaturiserSpec;
    readonly vocabulary: readonly string[];
  };
}

export type Architecture = NgramMlpArchitecture | OnnxArchitecture;

const MAX_BYTES = 16 * 1024 * 1024;
const MAX_INPUTS = 65_536;

/**
 * Reads an architecture file.
 * @throws EngineError `BAD_ARCHITECTURE`, naming the field
 */
export function parseArchitecture(bytes: Uint8Array): Architecture {
  if (bytes.length > MAX_BYTES) {
    throw new EngineError("BAD_ARCHITECTURE", `the architecture file has ${bytes.length} bytes, over ${MAX_BYTES}`);
  }
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch (cause) {
    throw new EngineError("BAD_ARCHITECTURE", "the architecture file is not JSON in UTF-8", {}, { cause });
  }
  const root = new Field(json, "architecture", "BAD_ARCHITECTURE");
  const type = root.get("type");
  if (type.value === "freehold.ngram-mlp") return parseNgramMlp(root);
  if (type.value === "onnx") return parseOnnx(root);
  throw type.fail('"freehold.ngram-mlp" or "onnx"');
}

/** The bytes of an architecture file: JSON as RFC 8785 writes it (sorted keys, no white space). */
export function encodeArchitecture(architecture: Architecture): Uint8Array {
  return new TextEncoder().encode(canonicalJson(architecture));
}

/** SHA-256 of an architecture file, as the chain anchors it. */
export function architectureHash(bytes: Uint8Array): Hex {
  return `0x${createHash("sha256").update(bytes).digest("hex")}`;
}

function parseNgramMlp(root: Field): NgramMlpArchitecture {
  const inputs = root.get("inputs").integer(1, MAX_INPUTS);
  const classes = root.get("classes").integer(2, 1_024);
  const bits = root.get("fractionBits");
  return {
    type: "freehold.ngram-mlp",
    version: root.get("version").literal(1),
    inputs,
    hidden: root.get("hidden").integer(1, 4_096),
    classes,
    labels: root.get("labels").names(classes),
    featuriser: parseFeaturiser(root.get("featuriser")),
    fractionBits: { hidden: bits.get("hidden").integer(0, 24), output: bits.get("output").integer(0, 24) },
    vocabulary: root.get("vocabulary").names(inputs),
  };
}

function parseOnnx(root: Field): OnnxArchitecture {
  const inputs = root.get("inputs").array(256, (input) => {
    const dtype = input.get("dtype");
    const known = ONNX_DTYPES.find((each) => each === dtype.value);
    if (known === undefined) throw dtype.fail(`one of ${ONNX_DTYPES.join(", ")}`);
    const shape = input.get("shape").array(16, (dimension) => dimension.integer(-1, 2 ** 31 - 1));
    return { name: input.get("name").string(), dtype: known, shape };
  });
  const labels = root.get("labels");
  const text = root.get("text");
  return {
    type: "onnx",
    version: root.get("version").literal(1),
    inputs,
    outputs: root.get("outputs").array(256, (output) => output.string()),
    ...(labels.present ? { labels: labels.array(65_536, (label) => label.string()) } : {}),
    ...(text.present ? { text: parseText(text, inputs) } : {}),
  };
}

function parseText(text: Field, inputs: readonly OnnxInput[]): NonNullable<OnnxArchitecture["text"]> {
  const name = text.get("input");
  const input = inputs.find((each) => each.name === name.value);
  if (input === undefined || inputs.length !== 1) throw name.fail("the model's only input");
  const size = input.shape.at(-1) ?? 0;
  if (input.shape.slice(0, -1).some((dimension) => dimension !== 1) || size < 1 || size > MAX_INPUTS) {
    throw name.fail(`an input of shape [1, n] with n from 1 to ${MAX_INPUTS}`);
  }
  return {
    input: input.name,
    featuriser: parseFeaturiser(text.get("featuriser")),
    vocabulary: text.get("vocabulary").names(size),
  };
}

function parseFeaturiser(field: Field): FeaturiserSpec {
  return {
    type: field.get("type").literal("freehold.ngrams"),
    version: field.get("version").literal(1),
    maxCount: field.get("maxCount").integer(1, 15),
    stripAttribution: field.get("stripAttribution").boolean(),
  };
}

/** RFC 8785 for values of strings, integers, booleans, lists and objects. */
function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([key, member]) => `${JSON.stringify(key)}:${canonicalJson(member)}`).join(",")}}`;
}
