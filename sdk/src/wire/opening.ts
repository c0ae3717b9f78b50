import { fromBase64, toBase64 } from "../bytes.js";
import { SCALAR_FIELD } from "../proofs/field.js";

/**
 * What opens the commitments of one receipt. It travels in the sealed response: the payer has it, and the enclave. With it he checks that they
 * are of his request and of the answer that he got; a proof shows none of it.
 */
export interface Opening {
  /** Neurons of the model's hidden layer, which say how wide logits are committed. */
  hidden: number;
  /** What the model saw of the input, one byte each. */
  counts: Uint8Array;
  inputSalt: bigint;
  outputSalt: bigint;
}

/** JSON of an opening. */
export function encodeOpening({ hidden, counts, inputSalt, outputSalt }: Opening) {
  return { hidden, counts: toBase64(counts), inputSalt: hex(inputSalt), outputSalt: hex(outputSalt) };
}

/** Reads an opening; undefined when it is none. What it is instead is a secret, so no error names it. */
export function decodeOpening(json: unknown): Opening | undefined {
  if (typeof json !== "object" || json === null || Object.keys(json).length !== 4) return undefined;
  const { hidden, counts, inputSalt, outputSalt } = json as Record<string, unknown>;
  const bytes = typeof counts === "string" ? fromBase64(counts) : undefined;
  const [input, output] = [element(inputSalt), element(outputSalt)];
  if (typeof hidden !== "number" || !Number.isInteger(hidden) || hidden < 1 || hidden >= 2 ** 32) return undefined;
  if (bytes === undefined || input === undefined || output === undefined) return undefined;
  return { hidden, counts: bytes, inputSalt: input, outputSalt: output };
}

function hex(value: bigint): string {
  return `0x${value.toString(16).padStart(64, "0")}`;
}

function element(text: unknown): bigint | undefined {
  if (typeof text !== "string" || !/^0x[0-9a-f]{64}$/.test(text)) return undefined;
  const value = BigInt(text);
  return value < SCALAR_FIELD ? value : undefined;
}
