import type { Classification } from "@freehold/sdk";

/** What a general model answers: its output tensors by name, row-major. */
export interface TensorOutput {
  readonly tensors: Readonly<
    Record<string, { readonly dims: readonly number[]; readonly data: readonly (number | string)[] }>
  >;
}

/** JSON-safe, in the form that a response carries. */
export type InferenceResult = Classification | TensorOutput;

/** A loaded model. Engines keep nothing of a request and answer concurrent calls independently. */
export interface InferenceEngine {
  readonly kind: "integer" | "onnx";
  /**
   * @param input the `input` of an opened request, `{text}` or `{tensors}`; its form is checked here
   * @throws EngineError `BAD_INPUT` when the model cannot take it, `RUNTIME_FAILED`
   */
  infer(input: unknown): InferenceResult | Promise<InferenceResult>;
  /** Frees what the engine holds outside of the JavaScript heap. */
  close(): Promise<void>;
}

/** Index of the greatest value; of equal ones the lowest. */
export function argmax(values: ArrayLike<number>): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) if ((values[i] as number) > (values[best] as number)) best = i;
  return best;
}
