import { fromBase64 } from "../bytes.js";
import type { Hex } from "../hex.js";
import { WireError } from "./error.js";

/** Reads the fields of one JSON object strictly: every field is asked for once, and there are no others. */
export class Reader {
  readonly #fields: Readonly<Record<string, unknown>>;
  readonly #path: string;

  constructor(value: unknown, allowed: readonly string[], path = "") {
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      throw new WireError(path || "body", "an object", value);
    }
    this.#fields = value as Record<string, unknown>;
    this.#path = path;
    for (const name of Object.keys(value)) {
      if (!allowed.includes(name)) throw new WireError(this.#name(name), "no such field", this.#fields[name]);
    }
  }

  #name(field: string): string {
    return this.#path === "" ? field : `${this.#path}.${field}`;
  }

  #get(field: string): unknown {
    return Object.hasOwn(this.#fields, field) ? this.#fields[field] : undefined;
  }

  /** The protocol's version; 1. */
  version(field = "v"): void {
    if (this.#get(field) !== 1) throw new WireError(this.#name(field), "1", this.#get(field));
  }

  /** A decimal string below 2^bits, without leading zeros. */
  uint(field: string, bits: number): bigint {
    const value = this.#get(field);
    if (typeof value === "string" && value.length <= 78 && /^(?:0|[1-9][0-9]*)$/.test(value)) {
      const number = BigInt(value);
      if (number < 1n << BigInt(bits)) return number;
    }
    throw new WireError(this.#name(field), `a decimal string of a uint${bits}`, value);
  }

  /** A JSON integer from 0 to 2^32 - 1. */
  uint32(field: string): number {
    const value = this.#get(field);
    if (typeof value === "number" && Number.isInteger(value) && value >= 0 && value < 2 ** 32) return value;
    throw new WireError(this.#name(field), "an integer below 2^32", value);
  }

  /** Lower-case hex of `length` bytes with 0x. */
  hex(field: string, length: number): Hex {
    const value = this.#get(field);
    if (typeof value === "string" && value.length === 2 + 2 * length && /^0x[0-9a-f]*$/.test(value))
      return value as Hex;
    throw new WireError(this.#name(field), `0x and ${2 * length} lower-case hex digits`, value);
  }

  /** Lower-case hex of at most `most` bytes with 0x. */
  bytes(field: string, most: number): Hex {
    const value = this.#get(field);
    if (typeof value === "string" && value.length <= 2 + 2 * most && /^0x(?:[0-9a-f]{2})*$/.test(value)) {
      return value as Hex;
    }
    throw new WireError(this.#name(field), `0x and lower-case hex of at most ${most} bytes`, value);
  }

  address(field: string): Hex {
    return this.hex(field, 20);
  }

  bytes32(field: string): Hex {
    return this.hex(field, 32);
  }

  /** Canonical base64, of `length` bytes when given. */
  base64(field: string, length?: number): Uint8Array<ArrayBuffer> {
    const value = this.#get(field);
    const bytes = typeof value === "string" ? fromBase64(value) : undefined;
    if (bytes !== undefined && (length === undefined || bytes.length === length)) return bytes;
    throw new WireError(this.#name(field), length === undefined ? "base64" : `base64 of ${length} bytes`, value);
  }

  /** A string of at most 200 characters. */
  text(field: string): string {
    const value = this.#get(field);
    if (typeof value === "string" && value.length <= 200) return value;
    throw new WireError(this.#name(field), "a short string", value);
  }

  /** One string and no other. */
  literal<T extends string>(field: string, expected: T): T {
    if (this.#get(field) === expected) return expected;
    throw new WireError(this.#name(field), JSON.stringify(expected), this.#get(field));
  }

  boolean(field: string): boolean {
    const value = this.#get(field);
    if (typeof value === "boolean") return value;
    throw new WireError(this.#name(field), "a boolean", value);
  }

  /** Unix milliseconds. */
  time(field: string): number {
    const value = this.#get(field);
    if (Number.isSafeInteger(value) && (value as number) >= 0) return value as number;
    throw new WireError(this.#name(field), "a time in Unix milliseconds", value);
  }

  /** What `read` makes of every item of a list. */
  list<T>(field: string, read: (value: unknown, path: string) => T): T[] {
    const value = this.#get(field);
    if (!Array.isArray(value)) throw new WireError(this.#name(field), "a list", value);
    return value.map((item, i) => read(item, `${this.#name(field)}[${i}]`));
  }

  /** What `read` makes of a nested object. */
  object<T>(field: string, read: (value: unknown, path: string) => T): T {
    return read(this.#get(field), this.#name(field));
  }

  /** What `read` makes of each of `least` to `most` entries of a nested array. */
  array<T>(field: string, least: number, most: number, read: (value: unknown, path: string) => T): T[] {
    const value = this.#get(field);
    if (!Array.isArray(value) || value.length < least || value.length > most) {
      throw new WireError(this.#name(field), `an array of ${least} to ${most}`, value);
    }
    return value.map((entry, i) => read(entry, `${this.#name(field)}[${i}]`));
  }

  /** One of these words. */
  word<W extends string>(field: string, words: readonly W[]): W {
    const value = this.#get(field);
    const word = words.find((known) => known === value);
    if (word !== undefined) return word;
    throw new WireError(this.#name(field), words.join(" or "), value);
  }

  /** What `read` gives, or null. */
  nullable<T>(field: string, read: () => T): T | null {
    return this.#get(field) === null ? null : read();
  }
}
