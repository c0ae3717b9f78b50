import { utf8 } from "../bytes.js";
import { WireError } from "./error.js";

/** One tensor of a general model; `data` in row-major order. */
export interface Tensor {
  dims: readonly number[];
  data: readonly (number | string)[];
}

/** What a model is asked: text for text classifiers, tensors for general models. */
export type InferenceInput = { text: string } | { tensors: Readonly<Record<string, Tensor>> };

/** What a classifier answers. */
export interface Classification {
  label: string;
  class: number;
  /** Exact integers, as decimal strings. */
  logits: readonly string[];
}

/** Bytes of `{"input": …}`, not padded yet. */
export function encodeInput(input: unknown): Uint8Array<ArrayBuffer> {
  return utf8(JSON.stringify({ input }));
}

/** The input in an opened request; its form is the engine's to check. Throws {@link WireError}. */
export function decodeInput(plaintext: Uint8Array): unknown {
  return member(plaintext, "input");
}

/** Bytes of `{"output": …}`, not padded yet. */
export function encodeOutput(output: unknown): Uint8Array<ArrayBuffer> {
  return utf8(JSON.stringify({ output }));
}

/** The output in an opened response. Throws {@link WireError}. */
export function decodeOutput(plaintext: Uint8Array): unknown {
  return member(plaintext, "output");
}

function member(plaintext: Uint8Array, name: string): unknown {
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(plaintext));
  } catch {
    json = undefined;
  }
  const names = typeof json === "object" && json !== null && !Array.isArray(json) ? Object.keys(json) : [];
  if (names.length === 1 && names[0] === name) return (json as Record<string, unknown>)[name];
  // What it is instead is a secret, which stays out of errors.
  throw new WireError("plaintext", `JSON in UTF-8: an object with one member, ${name}`);
}
