import { bn254 } from "@noble/curves/bn254.js";
import { fromBytes } from "../field.js";
import { FIELD } from "../r1cs.js";
import { type G1Point, PointError, toG1, toG2 } from "./points.js";
import type { Proof } from "./proof.js";
import { checkVerifyingKey, pairingIsOne, type VerifyingKey } from "./verify.js";

/** One statement of a batch, as `verify` takes it. */
export interface BatchItem {
  readonly publics: readonly bigint[];
  readonly proof: Proof;
  readonly commitment?: G1Point;
}

/**
 * Whether all proofs are good: one equation, a random combination of theirs (n + 3 pairings instead of 4 n). A bad proof passes
 * with a chance of 2^-128; which one is bad, it does not say. An empty batch is good.
 * @throws VerifyingKeyError when the key itself proves nothing
 */
export function verifyBatch(key: VerifyingKey, items: readonly BatchItem[]): boolean {
  checkVerifyingKey(key);
  try {
    const { Point } = bn254.G1;
    const constants = new Array<bigint>(key.ic.length).fill(0n);
    let factors = 0n;
    let commitments = Point.ZERO;
    let cs = Point.ZERO;
    const pairs: (readonly [ReturnType<typeof toG1>, ReturnType<typeof toG2>])[] = [];
    for (const { publics, proof, commitment } of items) {
      if (publics.length !== key.ic.length - 1 || publics.some((value) => value < 0n || value >= FIELD)) return false;
      if (key.committed > 0 !== (commitment !== undefined)) return false;
      const factor = randomFactor();
      factors += factor;
      for (const [i, value] of [1n, ...publics].entries())
        constants[i] = ((constants[i] ?? 0n) + factor * value) % FIELD;
      pairs.push([toG1(proof.a).multiply(factor).negate(), toG2(proof.b)]);
      cs = cs.add(toG1(proof.c).multiply(factor));
      if (commitment) commitments = commitments.add(toG1(commitment).multiply(factor));
    }
    const sum = constants.reduce((total, value, i) => {
      return value === 0n ? total : total.add(toG1(key.ic[i] ?? [0n, 0n]).multiply(value));
    }, commitments);
    if (items.length === 0) return true;
    return pairingIsOne([
      ...pairs,
      [toG1(key.alpha).multiply(factors % FIELD), toG2(key.beta)],
      [sum, toG2(key.gamma)],
      [cs, toG2(key.delta)],
    ]);
  } catch (error) {
    if (error instanceof PointError) return false;
    throw error;
  }
}

/** Uniform in [1, 2^128]: the prover cannot know it. */
function randomFactor(): bigint {
  return (fromBytes(crypto.getRandomValues(new Uint8Array(16)), 16)[0] ?? 0n) + 1n;
}
