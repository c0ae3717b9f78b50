import { blake2b } from "@noble/hashes/blake2.js";
import { utf8ToBytes } from "@noble/hashes/utils.js";
import { fromBytes, mod } from "../field.js";

/**
 * A party's secret, uniform: from the platform's generator, with what the party mixed in. The bytes that it was made of are
 * overwritten.
 * @param entropy does no harm when it is known, helps when the generator is bad
 */
export function freshScalar(entropy: string): bigint {
  const random = crypto.getRandomValues(new Uint8Array(64));
  const digest = blake2b.create({ dkLen: 64 }).update(random).update(utf8ToBytes(entropy)).digest();
  const value = mod(fromBytes(digest, 64)[0] ?? 0n);
  for (const bytes of [random, digest]) bytes.fill(0);
  return value;
}
