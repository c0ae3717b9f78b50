import { utf8 } from "../bytes.js";
import { WireError } from "./error.js";
import { decodeOpening, encodeOpening, type Opening } from "./opening.js";

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
  return parse(plaintext, "input").input;
}

/** Bytes of `{"output": …}`, with `"opening": …` where the receipt has commitments; not padded yet. */
export function encodeOutput(output: unknown, opening?: Opening): Uint8Array<ArrayBuffer> {
  return utf8(JSON.stringify(opening === undefined ? { output } : { output, opening: encodeOpening(opening) }));
}

/** The output in an opened response. Throws {@link WireError}. */
export function decodeOutput(plaintext: Uint8Array): unknown {
  return decodeAnswer(plaintext).output;
}

/** What an opened response holds. Throws {@link WireError}. */
export function decodeAnswer(plaintext: Uint8Array): { output: unknown; opening: Opening | undefined } {
  const { output, opening } = parse(plaintext, "output", "opening");
  if (opening === undefined) return { output, opening };
  const decoded = decodeOpening(opening);
  if (decoded === undefined) throw new WireError("plaintext", "an output with a well-formed opening");
  return { output, opening: decoded };
}

/** An object with a member `name`, and perhaps `other`. */
function parse(plaintext: Uint8Array, name: string, other?: string): Record<string, unknown> {
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(plaintext));
  } catch {
    json = undefined;
  }
  const names = typeof json === "object" && json !== null && !Array.isArray(json) ? Object.keys(json) : [];
  const isKnown = (found: string) => found === name || found === other;
  if (names.includes(name) && names.every(isKnown)) return json as Record<string, unknown>;
  // What it is instead is a secret, which stays out of errors.
  throw new WireError("plaintext", `JSON in UTF-8: an object with one member, ${name}`);
}
