import { FreeholdError } from "../errors/base.js";

/** Thrown for a message that is not in the form of docs/protocol.md; `details.field` names the first wrong field. */
export class WireError extends FreeholdError {
  declare readonly code: "MALFORMED";
  readonly field: string;

  /** @param got the value, unless it is a secret */
  constructor(field: string, expected: string, ...got: [] | [value: unknown]) {
    const what = got.length === 0 ? "" : `, got ${show(got[0])}`;
    super("MALFORMED", `${field}: expected ${expected}${what}`, { details: { field, expected } });
    this.field = field;
  }
}

function show(value: unknown): string {
  if (value === undefined) return "nothing";
  if (typeof value === "object" && value !== null) return Array.isArray(value) ? "an array" : "an object";
  const text = typeof value === "string" ? JSON.stringify(value) : String(value);
  return text.length > 80 ? `${text.slice(0, 77)}…` : text;
}
