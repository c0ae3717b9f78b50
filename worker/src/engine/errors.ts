import { WorkerError } from "../errors.js";

/**
 * What went wrong in an engine.
 * - `BAD_ARCHITECTURE`: the architecture file is not one that this code can run.
 * - `BAD_WEIGHTS`: the model file is not a model of that architecture.
 * - `OUT_OF_BOUNDS`: the weights could leave the range in which engine, circuit and chain agree bit for bit.
 * - `BAD_INPUT`: the model cannot take this input; the caller's fault.
 * - `RUNTIME_FAILED`: the inference runtime refused the model or crashed.
 */
export type EngineErrorCode = "BAD_ARCHITECTURE" | "BAD_WEIGHTS" | "OUT_OF_BOUNDS" | "BAD_INPUT" | "RUNTIME_FAILED";

/** Names and values that an error speaks about; never the text of a request, which is a secret. */
export type EngineErrorDetails = Readonly<Record<string, string | number | readonly (string | number)[]>>;

/** Every error that leaves the engines. */
export class EngineError extends WorkerError {
  declare readonly code: EngineErrorCode;
  readonly details: EngineErrorDetails;

  constructor(code: EngineErrorCode, message: string, details: EngineErrorDetails = {}, options?: ErrorOptions) {
    super(code, message, options);
    this.details = details;
  }
}
