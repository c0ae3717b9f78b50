import { decodeInput, encodeOutput, WireError, ZERO_HASH } from "@freehold/sdk";
import { EngineError, type InferenceEngine } from "../engine/index.js";
import { InferenceError, InputError } from "./errors.js";
import type { Job } from "./jobs.js";

/** Of a model that no circuit expresses. */
const NO_COMMITMENTS = { inputCommitment: ZERO_HASH, outputCommitment: ZERO_HASH };

/** The response of a job, and what its receipt says of it. */
export async function answer({ engine, committed }: Job, plaintext: Uint8Array) {
  if (committed === undefined) {
    return { output: await infer(engine, plaintext), commitments: NO_COMMITMENTS, opening: undefined };
  }
  return guarded(() => {
    const { output, opening, ...commitments } = committed.answer(decodeInput(plaintext));
    return { output: encodeOutput(output, opening), commitments, opening };
  });
}

/** The response to a sealed request's plaintext. Throws {@link InputError} or {@link InferenceError}. */
export function infer(engine: InferenceEngine, plaintext: Uint8Array): Promise<Uint8Array> {
  return guarded(async () => encodeOutput(await engine.infer(decodeInput(plaintext))));
}

/** Errors of the engine may repeat what it was asked: only their kind leaves the enclave. */
async function guarded<T>(work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof WireError || (error instanceof EngineError && error.code === "BAD_INPUT"))
      throw new InputError();
    throw new InferenceError(error instanceof EngineError ? error.code : "unknown");
  }
}
