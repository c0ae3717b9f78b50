import { WeightsError } from "./errors.js";

export type Hex = `0x${string}`;

const DIGITS = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

/** Lower-case hex with `0x`. */
export function toHex(bytes: Uint8Array): Hex {
  let text = "";
  for (const byte of bytes) text += DIGITS[byte];
  return `0x${text}`;
}

/** @returns whether `value` is 32 bytes of lower-case hex with `0x` */
export function isHash(value: unknown): value is Hex {
  return typeof value === "string" && /^0x[0-9a-f]{64}$/.test(value);
}

/**
 * The 32 bytes of a hash.
 * @param what names the value in the error
 * @throws WeightsError WEIGHTS_BAD_ARGUMENT when it is not 32 bytes of hex
 */
export function hashBytes(value: string, what: string): Uint8Array {
  const hash = normalizeHash(value, what);
  const bytes = new Uint8Array(32);
  for (let i = 0; i < 32; i++) bytes[i] = Number.parseInt(hash.slice(2 + 2 * i, 4 + 2 * i), 16);
  return bytes;
}

/**
 * A hash in lower case.
 * @throws WeightsError WEIGHTS_BAD_ARGUMENT when it is not 32 bytes of hex
 */
export function normalizeHash(value: string, what: string): Hex {
  const hash = typeof value === "string" ? value.toLowerCase() : value;
  if (isHash(hash)) return hash;
  throw new WeightsError("WEIGHTS_BAD_ARGUMENT", `${what} is not a 32-byte hash: ${String(value).slice(0, 120)}`, {
    details: { what, value: String(value).slice(0, 120) },
    hint: "Give 64 hex digits with 0x in front.",
  });
}

/** @returns whether both hold the same bytes */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
