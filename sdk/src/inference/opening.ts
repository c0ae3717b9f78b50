import type { Receipt } from "../eip712/types.js";
import { ZERO_HASH } from "../eip712/versions.js";
import type { Hex } from "../hex.js";
import type { Opening } from "../wire/opening.js";
import { encodeReceipt } from "../wire/receipt.js";
import { InferenceError } from "./errors.js";

/** What an opened response says; the enclave signed `receipt` over it. */
export interface OpenedAnswer {
  readonly input: unknown;
  readonly output: unknown;
  readonly opening: Opening | undefined;
  readonly receipt: Receipt;
  readonly signature: Hex;
}

/**
 * Checks that a receipt's commitments are of the request's input and of the answer: what a challenge would have proven is then what the payer
 * got. Of a text only the node says which counts it makes; a payer with the model's architecture compares them (`opening.counts`). Throws
 * `COMMITMENT_MISMATCH`, with the receipt as evidence.
 */
export async function checkOpening({ input, output, opening, receipt, signature }: OpenedAnswer): Promise<void> {
  const { inputCommitment, outputCommitment } = receipt;
  if (inputCommitment === ZERO_HASH && outputCommitment === ZERO_HASH && opening === undefined) return;
  const mismatch = (what: string) =>
    new InferenceError("COMMITMENT_MISMATCH", `the receipt's commitments are refused: ${what}`, {
      details: { receipt: encodeReceipt(receipt), signature },
      hint: "The inference is receipted and paid. Stop using this node; a challenge of the receipt asks for its proof.",
    });
  if (opening === undefined) throw mismatch("the response does not open them");
  const logits = logitsOf(output);
  if (logits === undefined) throw mismatch("the answer is none of a classifier");
  const asked = countsOf(input);
  const { counts, hidden, inputSalt, outputSalt } = opening;
  if (asked !== undefined && (asked.length !== counts.length || asked.some((count, i) => count !== counts[i]))) {
    throw mismatch("the input is another one");
  }
  const circuits = await import("@freehold/circuits");
  const shape = { inputs: counts.length, hidden, classes: logits.length };
  try {
    if (circuits.inputCommitment(shape, counts, inputSalt) !== BigInt(inputCommitment)) {
      throw mismatch("the opened input is another one than was committed");
    }
    if (circuits.outputCommitment(shape, logits, outputSalt) !== BigInt(outputCommitment)) {
      throw mismatch("the answer is another one than was committed");
    }
  } catch (error) {
    if (error instanceof circuits.CircuitError) throw mismatch("no circuit expresses the answer");
    throw error;
  }
}

/** Logits of a classification whose class is their greatest, of equal ones the lowest. */
function logitsOf(output: unknown): bigint[] | undefined {
  if (typeof output !== "object" || output === null || !("logits" in output) || !("class" in output)) return undefined;
  const { logits, class: chosen } = output;
  if (!Array.isArray(logits) || !logits.every((logit) => /^-?[0-9]{1,20}$/.test(String(logit)))) return undefined;
  const values = logits.map(BigInt);
  const best = values.reduce((at, value, i) => (value > (values[at] ?? 0n) ? i : at), 0);
  return chosen === best ? values : undefined;
}

/** The counts of an input that says them itself. */
function countsOf(input: unknown): number[] | undefined {
  const tensors = member(input, "tensors");
  const data = member(member(tensors, "counts"), "data");
  return Array.isArray(data) ? data.map(Number) : undefined;
}

function member(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}
