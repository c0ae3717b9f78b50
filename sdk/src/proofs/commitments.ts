import type { ModelWeights, Shape } from "@freehold/circuits";
import { toBeHex } from "ethers";
import type { Commitments } from "../eip712/versions.js";
import type { Hex } from "../hex.js";
import type { CommitmentSecrets } from "../weights/commitment-salt.js";
import { withCircuits } from "./circuits.js";
import { ProofError } from "./errors.js";
import { SCALAR_FIELD } from "./field.js";

/** Commitments of a version, and the secrets that open them. */
export interface VersionCommitments {
  commitments: Commitments;
  /** Of the Poseidon root. */
  salt: bigint;
  /** Of the Pedersen point. */
  blinder: bigint;
}

/**
 * Both commitments of a version's weights, to be anchored with it: the Poseidon root that proofs speak of, and the Pedersen point that the
 * proofs of tier 2 will speak of, so that no version has to be anchored again for them.
 * @param weights of the version: of a delta's version, the weights after the delta
 * @param secrets default: fresh ones from the platform's generator. They belong into the version's file before it is hashed
 * (`commitmentMetadata`, or `commitment` of a delta's options); without them nothing can be proven
 * @throws ProofError UNPROVABLE_MODEL, BAD_PROOF_INPUT
 */
export async function commitmentsOf(
  shape: Shape,
  weights: ModelWeights,
  secrets: CommitmentSecrets = {},
): Promise<VersionCommitments> {
  return withCircuits(async (circuits) => {
    const { salt = circuits.randomSalt(), blinder = circuits.randomSalt() } = secrets;
    requireField("blinder", blinder);
    const root = circuits.poseidonRoot(shape, weights, salt);
    const [pedersenX, pedersenY] = await circuits.anchor(circuits.weightsElements(shape, weights), blinder);
    return { commitments: { poseidonRoot: word(root), pedersenX, pedersenY }, salt, blinder };
  });
}

/** An element of a field as 32 bytes. */
export function word(value: bigint): Hex {
  return toBeHex(value, 32) as Hex;
}

/** @throws ProofError BAD_PROOF_INPUT */
export function requireField(name: string, value: bigint): void {
  if (value >= 0n && value < SCALAR_FIELD) return;
  throw new ProofError("BAD_PROOF_INPUT", `the ${name} is not below the order of BN254's scalar field`, {
    details: { name },
    hint: "Take one from commitmentsOf, which draws it from the platform's generator.",
  });
}
