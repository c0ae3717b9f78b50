import { WorkerError } from "../errors.js";

/** Thrown when a request was not sealed to this enclave, or not for what it says. */
export class UnsealError extends WorkerError {
  constructor() {
    super("UNSEAL_FAILED", "the request was not sealed to this enclave's key, or was changed on its way");
  }
}

/** Thrown when the model cannot take an input. Says nothing of the input: whoever reads the error may not know it. */
export class InputError extends WorkerError {
  constructor() {
    super("BAD_INPUT", "the model cannot take this input: its architecture file says what it takes");
  }
}

/** Thrown when the engine failed. Says nothing of the input. */
export class InferenceError extends WorkerError {
  /** @param kind the engine's code */
  constructor(kind: string) {
    super("INFERENCE_FAILED", `the engine failed (${kind})`);
  }
}
