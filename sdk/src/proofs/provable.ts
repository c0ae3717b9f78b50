import type { ModelWeights } from "@freehold/circuits";
import { sha256 } from "@noble/hashes/sha2.js";
import { type Commitments, ZERO_HASH } from "../eip712/versions.js";
import { type Hex, sameHex, toHex } from "../hex.js";
import type { CommitmentSecrets } from "../weights/commitment-salt.js";
import { withCircuits } from "./circuits.js";
import { requireField, word } from "./commitments.js";
import { ProofError } from "./errors.js";

/**
 * A model that is to be provable for as long as its anchor stands: that is, for ever. With what blinds its commitments, as its file
 * has it (`readCommitmentSecrets`).
 */
export interface ProvableModel extends CommitmentSecrets {
  /** Bytes of the architecture file. */
  architecture: Uint8Array;
  /** Of the version: of a delta's version, the weights after the delta. */
  weights: ModelWeights;
}

/**
 * That a model can be proven under the commitments that are about to be anchored: a circuit expresses it, every parameter is in its
 * range, and the commitments are to these weights.
 * @param architectureHash that is anchored
 * @throws ProofError UNPROVABLE_MODEL with the reason, NOT_COMMITTED, COMMITMENT_MISMATCH, BAD_PROOF_INPUT
 */
export async function requireProvable(
  { architecture, weights, salt, blinder }: ProvableModel,
  { poseidonRoot, pedersenX, pedersenY }: Commitments,
  architectureHash: Hex,
): Promise<void> {
  const hash = toHex(sha256(architecture));
  if (!sameHex(hash, architectureHash)) throw mismatch("architecture", architectureHash, hash);
  await withCircuits(async (circuits) => {
    const fit = circuits.modelFitsCircuit(parsed(architecture));
    if (!fit.fits) {
      throw new ProofError("UNPROVABLE_MODEL", `no circuit expresses this model: ${fit.message}`, {
        details: { reason: fit.reason },
        hint: "Anchor it without commitments (NO_COMMITMENTS) and leave `provable` out, or choose a model that a circuit expresses.",
      });
    }
    circuits.assertWeights(fit.layout, weights);
    if (poseidonRoot === ZERO_HASH) {
      throw new ProofError("NOT_COMMITTED", "the anchor has no commitments, so nothing could ever be proven of it", {
        hint: "Make them with commitmentsOf, or leave `provable` out.",
      });
    }
    if (salt === undefined) throw unopened("Poseidon root", "salt");
    const root = word(circuits.poseidonRoot(fit.layout, weights, salt));
    if (!sameHex(root, poseidonRoot)) throw mismatch("Poseidon root", poseidonRoot, root);
    if (pedersenX === 0n && pedersenY === 0n) return;
    if (blinder === undefined) throw unopened("Pedersen point", "blinder");
    requireField("blinder", blinder);
    const [x, y] = await circuits.anchor(circuits.weightsElements(fit.layout, weights), blinder);
    if (x !== pedersenX || y !== pedersenY) {
      throw mismatch("Pedersen point", `${pedersenX}, ${pedersenY}`, `${x}, ${y}`);
    }
  });
}

/** The error for what was committed to something else. */
export function mismatch(what: string, expected: string, actual: string): ProofError {
  return new ProofError("COMMITMENT_MISMATCH", `the ${what} is ${actual}, not ${expected} as committed`, {
    details: { what, expected, actual },
    hint: "Give the weights, salts and files that the commitments were made of.",
  });
}

function unopened(what: string, name: keyof CommitmentSecrets): ProofError {
  return new ProofError("COMMITMENT_MISMATCH", `nothing opens the ${what}: the ${name} is missing`, {
    details: { what, missing: name },
    hint: `Give the ${name} that it was made with; the version's file has it.`,
  });
}

/** What the file says; undefined when it is no JSON: no circuit expresses that. */
function parsed(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch {
    return undefined;
  }
}
