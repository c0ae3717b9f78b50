import {
  type CommitmentSecrets,
  commitmentMetadata,
  elements,
  readSafetensors,
  type Tensor,
  tensorOf,
  WeightsError,
  writeSafetensors,
} from "@freehold/sdk/weights";
import type { NgramMlpArchitecture } from "./architecture.js";
import { EngineError } from "./errors.js";

/** The parameters of a `freehold.ngram-mlp`, row-major. */
export interface MlpWeights {
  /** [hidden, inputs] */
  readonly hiddenWeight: Int8Array<ArrayBuffer>;
  /** [hidden] */
  readonly hiddenBias: Int32Array<ArrayBuffer>;
  /** [classes, hidden] */
  readonly outputWeight: Int8Array<ArrayBuffer>;
  /** [classes] */
  readonly outputBias: Int32Array<ArrayBuffer>;
}

type Sizes = Pick<NgramMlpArchitecture, "inputs" | "hidden" | "classes">;

/** Names, types and shapes of the tensors of a model file. */
function layout({ inputs, hidden, classes }: Sizes) {
  return {
    "hidden.weight": { dtype: "I8", shape: [hidden, inputs] },
    "hidden.bias": { dtype: "I32", shape: [hidden] },
    "output.weight": { dtype: "I8", shape: [classes, hidden] },
    "output.bias": { dtype: "I32", shape: [classes] },
  } as const;
}

/** The bytes of a model file: safetensors with the four tensors, and no metadata but what blinds its commitments. */
export function encodeMlpWeights(sizes: Sizes, weights: MlpWeights, commitment?: CommitmentSecrets): Uint8Array {
  const shapes = layout(sizes);
  const tensors = new Map<string, Tensor>([
    ["hidden.weight", tensorOf("I8", shapes["hidden.weight"].shape, weights.hiddenWeight)],
    ["hidden.bias", tensorOf("I32", shapes["hidden.bias"].shape, weights.hiddenBias)],
    ["output.weight", tensorOf("I8", shapes["output.weight"].shape, weights.outputWeight)],
    ["output.bias", tensorOf("I32", shapes["output.bias"].shape, weights.outputBias)],
  ]);
  return writeSafetensors(commitment ? { tensors, metadata: commitmentMetadata(commitment) } : { tensors });
}

/**
 * Reads a model file.
 * @throws EngineError `BAD_WEIGHTS` when it is not safetensors, or a tensor is missing, superfluous, or has another type or shape
 */
export function decodeMlpWeights(sizes: Sizes, bytes: Uint8Array): MlpWeights {
  const tensors = readTensors(bytes);
  const shapes = layout(sizes);
  const take = (name: keyof typeof shapes): Tensor => {
    const tensor = tensors.get(name);
    const { dtype, shape } = shapes[name];
    if (tensor === undefined) throw bad(`the model file has no tensor ${name}`, name);
    if (tensor.dtype !== dtype || String(tensor.shape) !== String(shape)) {
      throw bad(`tensor ${name} is ${tensor.dtype} [${tensor.shape}], not ${dtype} [${shape}]`, name);
    }
    return tensor;
  };
  const other = [...tensors.keys()].find((name) => !(name in shapes));
  if (other !== undefined)
    throw bad(`the architecture has no tensor ${JSON.stringify(other.slice(0, 120))}`, other.slice(0, 120));
  return {
    // Copies: what was checked stays what runs, whatever becomes of the caller's bytes.
    hiddenWeight: Int8Array.from(elements({ ...take("hidden.weight"), dtype: "I8" })),
    hiddenBias: Int32Array.from(elements({ ...take("hidden.bias"), dtype: "I32" })),
    outputWeight: Int8Array.from(elements({ ...take("output.weight"), dtype: "I8" })),
    outputBias: Int32Array.from(elements({ ...take("output.bias"), dtype: "I32" })),
  };
}

/** Tensors of a safetensors file. @throws EngineError `BAD_WEIGHTS` */
export function readTensors(bytes: Uint8Array): ReadonlyMap<string, Tensor> {
  try {
    return readSafetensors(bytes).tensors;
  } catch (cause) {
    if (!(cause instanceof WeightsError)) throw cause;
    throw new EngineError("BAD_WEIGHTS", `the model file: ${cause.message}`, { reason: cause.code }, { cause });
  }
}

function bad(message: string, tensor: string): EngineError {
  return new EngineError("BAD_WEIGHTS", message, { tensor });
}
