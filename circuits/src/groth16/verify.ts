import { bn254 } from "@noble/curves/bn254.js";
import { FIELD } from "../r1cs.js";
import type { ProvingKey } from "./key.js";
import { type G1Point, type G2Point, GENERATOR2, PointError, readG1, readG2, toG1, toG2 } from "./points.js";
import type { Proof } from "./proof.js";
import { encodePoints } from "./words.js";

/** What a verifier needs of a circuit. */
export interface VerifyingKey {
  /** Its secrets are public: a proof against it proves nothing. For local chains alone. */
  readonly development: boolean;
  /** Committed wires, whose sum of points a proof is checked with (tier 2); 0 in tier 1. */
  readonly committed: number;
  readonly alpha: G1Point;
  readonly beta: G2Point;
  readonly gamma: G2Point;
  readonly delta: G2Point;
  /** Points of the constant and the public wires. */
  readonly ic: readonly G1Point[];
}

export function verifyingKey(key: ProvingKey): VerifyingKey {
  return {
    development: key.development,
    committed: key.committed,
    alpha: readG1(key.alpha1),
    beta: readG2(key.beta2),
    gamma: readG2(key.gamma2),
    delta: readG2(key.delta2),
    ic: Array.from({ length: key.publics + 1 }, (_, i) => readG1(key.ic.subarray(64 * i, 64 * i + 64))),
  };
}

/**
 * Refuses keys that prove nothing: delta = gamma or the generator (phase 2 was skipped: A = alpha, B = beta, C = -vk_x passes),
 * points off their groups, points at infinity.
 * @throws VerifyingKeyError
 */
export function checkVerifyingKey(key: VerifyingKey): void {
  const { gamma, delta } = key;
  if (same(gamma, delta)) throw new VerifyingKeyError("delta = gamma: phase 2 of the set-up was skipped");
  if (same(delta, GENERATOR2)) throw new VerifyingKeyError("delta is the generator: phase 2 of the set-up was skipped");
  try {
    for (const point of [key.alpha, ...key.ic]) toG1(point);
    for (const point of [key.beta, gamma, delta]) toG2(point);
  } catch (error) {
    if (error instanceof PointError) throw new VerifyingKeyError(error.message);
    throw error;
  }
  if ([key.alpha, key.beta, gamma, delta].some((point) => point.flat().every((value) => value === 0n))) {
    throw new VerifyingKeyError("a point of the key is infinity");
  }
}

/**
 * Whether a proof is one of the public inputs, by noble's pairing. Inputs not below r, points off the curve or the subgroup and
 * a missing or superfluous commitment make it false.
 * @param commitment the sum of the committed wires' points: from the registry, where a link was accepted, never from the prover
 * @throws VerifyingKeyError when the key itself proves nothing
 */
export function verify(key: VerifyingKey, publics: readonly bigint[], proof: Proof, commitment?: G1Point): boolean {
  checkVerifyingKey(key);
  if (publics.length !== key.ic.length - 1 || publics.some((value) => value < 0n || value >= FIELD)) return false;
  if (key.committed > 0 !== (commitment !== undefined)) return false;
  try {
    let sum = toG1(key.ic[0] ?? [0n, 0n]);
    for (const [i, value] of publics.entries()) {
      if (value !== 0n) sum = sum.add(toG1(key.ic[i + 1] ?? [0n, 0n]).multiply(value));
    }
    if (commitment) sum = sum.add(toG1(commitment));
    return pairingIsOne([
      [toG1(proof.a).negate(), toG2(proof.b)],
      [toG1(key.alpha), toG2(key.beta)],
      [sum, toG2(key.gamma)],
      [toG1(proof.c), toG2(key.delta)],
    ]);
  } catch (error) {
    if (error instanceof PointError) return false;
    throw error;
  }
}

type Pair = readonly [ReturnType<typeof toG1>, ReturnType<typeof toG2>];

/** Whether the product of pairings is 1; a pair with infinity counts as 1, as in EIP-197. */
export function pairingIsOne(pairs: readonly Pair[]): boolean {
  const finite = pairs.filter(([g1, g2]) => !g1.is0() && !g2.is0()).map(([g1, g2]) => ({ g1, g2 }));
  const { Fp12 } = bn254.fields;
  return finite.length === 0 || Fp12.eql(bn254.pairingBatch(finite), Fp12.ONE);
}

function same(p: G2Point, q: G2Point): boolean {
  return p.flat().every((value, i) => value === q.flat()[i]);
}

/** The key as Groth16Factory deploys it: alpha, beta, gamma, delta, then the points of public inputs, as in EIP-197. Chains pin its keccak256. */
export function encodeVerifyingKey(key: VerifyingKey): Uint8Array<ArrayBuffer> {
  return encodePoints([key.alpha, key.beta, key.gamma, key.delta, ...key.ic]);
}

/** The JSON that snarkjs reads, and whether the key is for development. */
export function verifyingKeyToJson(key: VerifyingKey): Record<string, unknown> {
  const g1 = (point: G1Point) => [...point.map(String), "1"];
  const g2 = (point: G2Point) => [...point.map((part) => part.map(String)), ["1", "0"]];
  return {
    protocol: "groth16",
    curve: "bn128",
    nPublic: key.ic.length - 1,
    vk_alpha_1: g1(key.alpha),
    vk_beta_2: g2(key.beta),
    vk_gamma_2: g2(key.gamma),
    vk_delta_2: g2(key.delta),
    IC: key.ic.map(g1),
    committed: key.committed,
    development: key.development,
  };
}

/** @throws VerifyingKeyError when the value is no such key; one that does not say otherwise is for development */
export function verifyingKeyFromJson(json: unknown): VerifyingKey {
  const value = (typeof json === "object" && json !== null ? json : {}) as Record<string, unknown>;
  if (value.protocol !== "groth16" || value.curve !== "bn128")
    throw new VerifyingKeyError("not a Groth16 key of BN254");
  const list = (item: unknown, length?: number): unknown[] => {
    if (!Array.isArray(item) || (length !== undefined && item.length !== length))
      throw new VerifyingKeyError("a point is missing");
    return item;
  };
  const number = (item: unknown): bigint => {
    if (typeof item !== "string" || !/^(0|[1-9]\d{0,77})$/.test(item))
      throw new VerifyingKeyError("a coordinate is no number");
    return BigInt(item);
  };
  const two = (item: unknown): [bigint, bigint] => {
    const [x, y] = list(item);
    return [number(x), number(y)];
  };
  const four = (item: unknown): G2Point => {
    const [x, y] = list(item, 3);
    return [two(x), two(y)];
  };
  const committed = value.committed ?? 0;
  if (typeof committed !== "number" || !Number.isSafeInteger(committed) || committed < 0) {
    throw new VerifyingKeyError("committed is no number");
  }
  const key: VerifyingKey = {
    development: value.development !== false,
    committed,
    alpha: two(list(value.vk_alpha_1, 3)),
    beta: four(value.vk_beta_2),
    gamma: four(value.vk_gamma_2),
    delta: four(value.vk_delta_2),
    ic: list(value.IC).map((point) => two(list(point, 3))),
  };
  if (key.ic.length === 0) throw new VerifyingKeyError("the key has no points of public inputs");
  checkVerifyingKey(key);
  return key;
}

/** A verifying key against which anything can be proven. */
export class VerifyingKeyError extends Error {
  readonly code = "BAD_VERIFYING_KEY";
  readonly hint = "Take the key from its publisher again and compare its hash; a ceremony must have a second phase.";
  override readonly name = "VerifyingKeyError";
}
