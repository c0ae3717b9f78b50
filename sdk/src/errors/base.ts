/** The values that a message speaks about. JSON-safe: no bigint, no binary, no cycles. */
export type ErrorDetails = Readonly<Record<string, unknown>>;

export interface FreeholdErrorOptions {
  readonly details?: ErrorDetails;
  /** What the caller can do about it. */
  readonly hint?: string;
  readonly cause?: unknown;
}

/** Base of every error that this package throws on purpose. `code` is stable, `message` is for people. */
export class FreeholdError extends Error {
  readonly code: string;
  readonly details: ErrorDetails;
  readonly hint?: string;

  constructor(code: string, message: string, options: FreeholdErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = new.target.name;
    this.code = code;
    this.details = options.details ?? {};
    if (options.hint !== undefined) this.hint = options.hint;
  }

  toJSON(): Record<string, unknown> {
    const { name, code, message, details, hint } = this;
    return { name, code, message, details, ...(hint === undefined ? {} : { hint }) };
  }
}
