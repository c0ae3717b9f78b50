import { type DecodeOptions, decode } from "cborg";
import { NitroError } from "./errors.js";

/** As strict as RFC 8949 has it: one form for each value, no key twice. */
const STRICT: DecodeOptions = {
  strict: true,
  allowIndefinite: false,
  allowNaN: false,
  allowInfinity: false,
  rejectDuplicateMapKeys: true,
  useMaps: true,
};

/** The one item of CBOR in `bytes`. Throws `BAD_EVIDENCE`. */
export function readCbor(bytes: Uint8Array, what: string): unknown {
  try {
    return decode(bytes, STRICT);
  } catch (error) {
    throw new NitroError("BAD_EVIDENCE", `${what} is no strict CBOR: ${(error as Error).message}`, {}, error);
  }
}

export function expectBytes(value: unknown, what: string, min: number, max: number): Uint8Array {
  if (!(value instanceof Uint8Array)) throw new NitroError("BAD_EVIDENCE", `${what} is no byte string`);
  if (value.length < min || value.length > max) {
    const wanted = min === max ? `${min}` : `${min} to ${max}`;
    throw new NitroError("BAD_EVIDENCE", `${what} has ${value.length} bytes, not ${wanted}`);
  }
  return value;
}
