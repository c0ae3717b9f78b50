/** How a vector is made from the bytes that its origin serves. */
export type Transformation =
  | { readonly kind: "raw" }
  | { readonly kind: "base64" }
  | { readonly kind: "hex" }
  /** One line of a text of hexadecimal lines, from 0. */
  | { readonly kind: "hexLine"; readonly line: number }
  /** One hex"…" literal of a Solidity file: by the constant's name, or by its place among all of them, from 0. */
  | { readonly kind: "hexLiteral"; readonly literal: string | number };

const LITERAL = /\bhex"([^"]*)"/g;
const HEX = /^(?:0x)?((?:[0-9a-f]{2})+)$/i;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** The vector's bytes; undefined when the origin's bytes do not have the form that was promised. */
export function transform(origin: Uint8Array, how: Transformation): Uint8Array | undefined {
  if (how.kind === "raw") return origin;
  const text = new TextDecoder().decode(origin);
  if (how.kind === "base64") return fromBase64(text);
  if (how.kind === "hex") return fromHex(text);
  if (how.kind === "hexLine") return fromHex(text.split("\n")[how.line]);
  if (typeof how.literal === "number") return fromHex([...text.matchAll(LITERAL)][how.literal]?.[1]);
  return fromHex(new RegExp(`\\b${how.literal}\\s*=\\s*hex"([^"]*)"`).exec(text)?.[1]);
}

function fromHex(text: string | undefined): Uint8Array | undefined {
  const digits = HEX.exec(text?.trim() ?? "")?.[1];
  return digits === undefined ? undefined : Buffer.from(digits, "hex");
}

function fromBase64(text: string): Uint8Array | undefined {
  const packed = text.replace(/\s+/g, "");
  return packed !== "" && BASE64.test(packed) ? Buffer.from(packed, "base64") : undefined;
}
