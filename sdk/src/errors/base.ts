export interface FreeholdErrorOptions {
  /** The values that the message speaks about. JSON-safe: no bigint, no binary, no cycles. */
  readonly details?: Readonly<Record<string, unknown>>;
  /** What the caller can do about it. */
  readonly hint?: string;
  readonly cause?: unknown;
}

/** Base of every error that this package throws on purpose. `code` is stable, `message` is for people. */
export class FreeholdError extends Error {
  readonly code: string;
  readonly details: Readonly<Record<string, unknown>>;
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
