import { fromBase64, toBase64, utf8 } from "../bytes.js";
import { WireError } from "../wire/error.js";

/** Base64 of JSON, as x402's headers hold it. */
export function encodeHeader(value: object): string {
  return toBase64(utf8(JSON.stringify(value)));
}

/** The JSON object of one of x402's headers. Throws {@link WireError}. */
export function decodeHeader(name: string, value: unknown): Record<string, unknown> {
  const bytes = typeof value === "string" ? fromBase64(value) : undefined;
  try {
    const json: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
    if (typeof json === "object" && json !== null && !Array.isArray(json)) return json as Record<string, unknown>;
  } catch {
    // It is refused below.
  }
  throw new WireError(name, "base64 of a JSON object");
}
