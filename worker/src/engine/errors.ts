/**
 * What went wrong in an engine.
 * - `bad-architecture`: the architecture file is not one that this code can run.
 * - `bad-weights`: the model file is not a model of that architecture.
 * - `bounds-exceeded`: exact arithmetic could leave the range that engine, circuit and chain agree on.
 * - `bad-input`: the model cannot take this input; the caller's fault, answered as HTTP 422.
 * - `runtime-failed`: the inference runtime refused or crashed.
 */
export type EngineErrorCode = "bad-architecture" | "bad-weights" | "bounds-exceeded" | "bad-input" | "runtime-failed";

/** Every error that leaves this package's engines. `details` holds the offending names and values. */
export class EngineError extends Error {
  override readonly name = "EngineError";
  readonly code: EngineErrorCode;
  readonly details: Readonly<Record<string, string | number>>;

  constructor(
    code: EngineErrorCode,
    message: string,
    details: Readonly<Record<string, string | number>> = {},
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.code = code;
    this.details = details;
  }
}
