import { quote, WeightsError } from "../errors.js";
import { equalBytes } from "../hash-hex.js";
import { checkFinite, readSafetensors } from "../safetensors/reader.js";
import type { Safetensors, Tensor } from "../safetensors/tensor.js";
import { checkTensor } from "../safetensors/writer.js";
import { checkShape, dtypeError } from "./difference.js";

/** A safetensors file: its bytes or its contents. */
export type WeightsFile = Uint8Array | Safetensors;

/** @throws WeightsError as {@link readSafetensors} and the writer do */
export function contentsOf(file: WeightsFile): Safetensors {
  if (file instanceof Uint8Array) return readSafetensors(file);
  for (const [name, tensor] of file.tensors) checkTensor(name, tensor);
  return file;
}

/** Contents of a delta: its floats are finite. */
export function deltaContentsOf(file: WeightsFile): Safetensors {
  const contents = contentsOf(file);
  for (const [name, tensor] of contents.tensors) checkFinite(name, tensor);
  return contents;
}

/** The tensor of the base that a delta names. @throws WeightsError WEIGHTS_UNKNOWN_TENSOR */
export function baseTensor(base: Safetensors, name: string): Tensor {
  const tensor = base.tensors.get(name);
  if (tensor !== undefined) return tensor;
  throw new WeightsError("WEIGHTS_UNKNOWN_TENSOR", `the base has no tensor ${quote(name)}`, {
    details: { tensor: name.slice(0, 120) },
    hint: "The delta is for another base.",
  });
}

/** The changed tensors of a fine-tune. */
export function* changedTensors(
  base: Safetensors,
  tuned: Safetensors,
): Generator<{ readonly name: string; readonly before: Tensor; readonly after: Tensor }> {
  checkMetadata(base, tuned);
  for (const name of tuned.tensors.keys()) baseTensor(base, name);
  for (const [name, before] of base.tensors) {
    const after = tuned.tensors.get(name);
    if (after === undefined) {
      throw new WeightsError("WEIGHTS_UNKNOWN_TENSOR", `the fine-tune lacks tensor ${quote(name)} of its base`, {
        details: { tensor: name.slice(0, 120) },
        hint: "Give the fine-tune of this base, with all tensors.",
      });
    }
    if (after.dtype !== before.dtype) throw dtypeError(name, after.dtype, [before.dtype]);
    checkShape(name, after.shape, before.shape);
    if (!equalBytes(before.data, after.data)) yield { name, before, after };
  }
}

/** A delta changes tensors only: other metadata could not come back byte for byte. */
function checkMetadata(base: Safetensors, tuned: Safetensors): void {
  const text = ({ metadata }: Safetensors) => JSON.stringify(metadata === undefined ? null : [...metadata].sort());
  if (text(base) === text(tuned)) return;
  throw new WeightsError("WEIGHTS_DELTA_METADATA", "the fine-tune's __metadata__ differs from its base's", {
    hint: "Write the fine-tune with the metadata of the base; a delta carries tensors only.",
  });
}
