import { fromHex, SCALAR_FIELD } from "@freehold/sdk";
import { WorkerError } from "../errors.js";
import type { SumName } from "../store/index.js";

const WORD = 32;

/** A sum's blinder as it is sealed: with its name, for two versions with one blinder would show their difference to whoever moves it. */
export function encodeBlinder(name: SumName, blinder: bigint): Uint8Array {
  return Buffer.concat([...namesOf(name), Buffer.from(blinder.toString(16).padStart(2 * WORD, "0"), "hex")]);
}

/** Throws `DATABASE_CORRUPT` for bytes that are no blinder of this name. */
export function decodeBlinder(name: SumName, bytes: Uint8Array): bigint {
  const [version, circuit] = namesOf(name);
  const blinder = BigInt(`0x${Buffer.from(bytes.subarray(2 * WORD)).toString("hex") || "0"}`);
  const isNamed =
    Buffer.compare(bytes.subarray(0, WORD), version) === 0 &&
    Buffer.compare(bytes.subarray(WORD, 2 * WORD), circuit) === 0;
  if (bytes.length === 3 * WORD && isNamed && blinder < SCALAR_FIELD) return blinder;
  throw new WorkerError("DATABASE_CORRUPT", "a sealed blinder is of another version or circuit, or none");
}

function namesOf({ versionHash, circuitId }: SumName): readonly [Uint8Array, Uint8Array] {
  return [fromHex(versionHash, WORD), fromHex(circuitId, WORD)];
}
