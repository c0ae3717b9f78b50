import type { Opening } from "@freehold/sdk";
import { WorkerError } from "../errors.js";

const SALT = 32;

/** What a proof of one receipt needs besides the weights, as it is sealed: two salts, then a byte for each count. */
export function encodeWitness({ inputSalt, outputSalt, counts }: Opening): Uint8Array {
  const bytes = new Uint8Array(2 * SALT + counts.length);
  bytes.set(saltBytes(inputSalt), 0);
  bytes.set(saltBytes(outputSalt), SALT);
  bytes.set(counts, 2 * SALT);
  return bytes;
}

/** Throws `DATABASE_CORRUPT` for bytes that are no witness of a model with so many inputs. */
export function decodeWitness(bytes: Uint8Array, inputs: number): Omit<Opening, "hidden"> {
  if (bytes.length !== 2 * SALT + inputs) {
    throw new WorkerError("DATABASE_CORRUPT", `a witness has ${bytes.length} bytes, not ${2 * SALT + inputs}`);
  }
  const salt = (at: number) => BigInt(`0x${Buffer.from(bytes.subarray(at, at + SALT)).toString("hex")}`);
  return { inputSalt: salt(0), outputSalt: salt(SALT), counts: Uint8Array.from(bytes.subarray(2 * SALT)) };
}

function saltBytes(salt: bigint): Uint8Array {
  return Buffer.from(salt.toString(16).padStart(2 * SALT, "0"), "hex");
}
