import { FreeholdError } from "../errors/base.js";

/** Thrown for a message that is not in the form of docs/protocol.md; `details.field` names the first wrong field. */
export class WireError extends FreeholdError {
  declare readonly code: "MALFORMED";
  readonly field: string;

  constructor(field: string, expected: string, value: unknown) {
    super("MALFORMED", `${field}: expected ${expected}, got ${show(value)}`, { details: { field, expected } });
    this.field = field;
  }
}

function show(value: unknown): string {
  if (value === undefined) return "nothing";
  if (typeof value === "object" && value !== null) return Array.isArray(value) ? "an array" : "an object";
  const text = JSON.stringify(value);
  return text.length > 80 ? `${text.slice(0, 77)}…` : text;
}
