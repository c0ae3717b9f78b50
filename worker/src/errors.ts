/** Base of the errors that this package throws: `code` for programs, `message` for people, saying what to do. */
export class WorkerError extends Error {
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
    this.code = code;
  }
}

/** A bad argument or setting: the command ends with exit code 2. */
export class UsageError extends WorkerError {
  constructor(message: string, options?: ErrorOptions) {
    super("USAGE", message, options);
  }
}

/** Something that only the operator can put right (a file, a registration): the command ends with exit code 1. */
export class OperatorError extends WorkerError {}

/** One line of what went wrong, for logs: never the values of a request. */
export function reason(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.split("\n", 1)[0] ?? text;
}
