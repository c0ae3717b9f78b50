import { sha256 } from "@noble/hashes/sha2.js";
import { step, type WorkOptions } from "../work.js";
import { CeremonyError } from "./errors.js";
import { Stream } from "./random-points.js";

/** Bounds of the logarithm of the iterations: snarkjs takes no fewer; 2^40 take weeks. */
export const BEACON_LOGS = { least: 10, most: 40 } as const;

/** A public value that nobody knew before the last party contributed, and how often it is hashed. */
export interface Beacon {
  /** 1 to 255 bytes: the hash of a block, the output of a randomness beacon. */
  readonly value: Uint8Array;
  /** SHA-256 is applied 2^log times: so long nobody can choose among values. */
  readonly log: number;
}

/**
 * The stream that a beacon's secret and its point s come from.
 * @throws CeremonyError `USAGE`
 */
export async function beaconStream({ value, log }: Beacon, options: WorkOptions = {}): Promise<Stream> {
  if (value.length === 0 || value.length > 255) throw new CeremonyError("USAGE", "a beacon's value has 1 to 255 bytes");
  const { least, most } = BEACON_LOGS;
  if (!Number.isInteger(log) || log < least || log > most)
    throw new CeremonyError("USAGE", `a beacon is hashed 2^${least} to 2^${most} times, not 2^${log} times`);
  let digest = value;
  const count = 2 ** log;
  for (let done = 0; done < count; ) {
    for (const end = Math.min(count, done + 32_768); done < end; done++) digest = sha256(digest);
    await step(options, done / count);
  }
  return new Stream(digest);
}
