import { FreeholdError } from "./errors/base.js";

/** Lower- or mixed-case hex with `0x`. */
export type Hex = `0x${string}`;

/** Lower-case hex of bytes. */
export function toHex(bytes: Uint8Array): Hex {
  let hex = "";
  for (const byte of bytes) hex += byte.toString(16).padStart(2, "0");
  return `0x${hex}`;
}

/** Whether `value` is hex with `0x`, of `length` bytes when given. */
export function isHex(value: unknown, length?: number): value is Hex {
  if (typeof value !== "string" || !/^0x(?:[0-9a-fA-F]{2})*$/.test(value)) return false;
  return length === undefined || value.length === 2 + 2 * length;
}

/** Bytes of a hex string. Throws `INVALID_HEX`. */
export function fromHex(hex: string, length?: number): Uint8Array<ArrayBuffer> {
  if (!isHex(hex, length)) {
    const wanted = length === undefined ? "hex" : `${length} bytes of hex`;
    throw new FreeholdError("INVALID_HEX", `expected ${wanted} with 0x, got ${JSON.stringify(hex)}`, {
      details: { value: hex, length },
    });
  }
  const bytes = new Uint8Array((hex.length - 2) / 2);
  for (let i = 0; i < bytes.length; i++) bytes[i] = Number.parseInt(hex.slice(2 + 2 * i, 4 + 2 * i), 16);
  return bytes;
}

/** Whether two hex strings are equal, letter case aside. */
export function sameHex(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}
