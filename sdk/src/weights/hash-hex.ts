import { fromHex, type Hex } from "../hex.js";
import { quote, WeightsError } from "./errors.js";

/** Whether `value` is 32 bytes of lower-case hex with `0x`: the form of hashes in files. */
export function isHash(value: unknown): value is Hex {
  return typeof value === "string" && /^0x[0-9a-f]{64}$/.test(value);
}

/**
 * A caller's hash in lower case.
 * @param what names the value in the error
 * @throws WeightsError WEIGHTS_BAD_ARGUMENT when it is not 32 bytes of hex
 */
export function normalizeHash(value: string, what: string): Hex {
  const hash = String(value).toLowerCase();
  if (isHash(hash)) return hash;
  throw new WeightsError("WEIGHTS_BAD_ARGUMENT", `${what} is not a 32-byte hash: ${quote(String(value))}`, {
    details: { what, value: String(value).slice(0, 120) },
    hint: "Give 64 hex digits with 0x in front.",
  });
}

/** The 32 bytes of a hash, as {@link normalizeHash} takes it. */
export function hashBytes(value: string, what: string): Uint8Array {
  return fromHex(normalizeHash(value, what));
}

/** Whether both hold the same bytes. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
