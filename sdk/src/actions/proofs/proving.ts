import type { Circuit, Prover, ProvingKey } from "@freehold/circuits";
import { keccak256 } from "ethers";
import type { Context } from "../../context.js";
import { type Hex, toHex } from "../../hex.js";
import { type CircuitsPackage, withCircuits } from "../../proofs/circuits.js";
import { word } from "../../proofs/commitments.js";
import { ProofError } from "../../proofs/errors.js";
import { mismatch } from "../../proofs/provable.js";
import type { CircuitRef } from "../../types.js";
import { type PinnedKey, pinnedKeyOf, requireProof } from "./pinned-key.js";

/** What a proof is made with. */
export interface ProvingOptions {
  /** Proving key of the circuit: decoded, or the bytes of its file (`encodeKey`). It must belong to the key that the chain has pinned. */
  key: ProvingKey | Uint8Array;
  /** Hash of the verifying key, from whoever published its ceremony; default: what the chain says. */
  keyHash?: Hex;
  /** Of `createProver` and the same key, for many proofs; default: one for this proof. */
  prover?: Prover;
  /** Default: as many as the machine has, 4 at most; 0: in this thread. Not with `prover`. */
  threads?: number;
  /** Rejects at once with the signal's reason, while points are multiplied too. */
  signal?: AbortSignal;
  /** Share that is done, 0 to 1, never less than before. */
  onProgress?: (done: number) => void;
}

/** What is to be proven. */
export interface Statement<Values> {
  circuit: CircuitRef;
  definition: Circuit<Values>;
  values: Values;
  /** What the public inputs must be, given those that the values have. */
  expected(publics: readonly bigint[]): readonly bigint[];
}

/** Share of the work that is done when the witness is. */
const WITNESS = 0.1;

/**
 * Makes a proof: first the key is compared with the pinned one, then the public inputs with the ledger's, and only then is anything
 * multiplied. What comes out has been verified.
 * @throws ProofError WRONG_PROVING_KEY, COMMITMENT_MISMATCH, UNPROVABLE_MODEL, BAD_PROOF_INPUT, FALSE_STATEMENT, and as `pinnedKeyOf`
 */
export async function makeProof<Values>(
  ctx: Context,
  statement: (circuits: CircuitsPackage) => Statement<Values>,
  options: ProvingOptions,
): Promise<{ circuit: CircuitRef; publics: readonly bigint[]; proof: Hex }> {
  return withCircuits(async (circuits) => {
    const { signal, onProgress = () => {}, keyHash } = options;
    const { circuit, definition, values, expected } = statement(circuits);
    onProgress(0);
    const key = options.key instanceof Uint8Array ? circuits.decodeKey(options.key) : options.key;
    const pinned = await pinnedKeyOf(ctx, circuit, keyHash);
    requirePair(circuits, key, pinned);
    await turn(signal);
    const { witness, publics } = circuits.witnessOf(definition, values);
    const wanted = expected(publics);
    const wrong = definition.publics.findIndex((_, i) => publics[i] !== wanted[i]);
    if (wrong !== -1) {
      throw mismatch(
        `public input "${definition.publics[wrong]}"`,
        word(wanted[wrong] ?? 0n),
        word(publics[wrong] ?? 0n),
      );
    }
    onProgress(WITNESS);
    await turn(signal);
    const how = {
      onProgress: (done: number) => onProgress(WITNESS + (1 - WITNESS) * done),
      ...(signal === undefined ? {} : { signal }),
    };
    const { prover, threads } = options;
    const made = await (prover === undefined
      ? circuits.prove(key, witness, { ...how, ...(threads === undefined ? {} : { threads }) })
      : prover.prove(witness, how));
    const proof = toHex(circuits.encodeProof(made));
    await requireGood(pinned, publics, proof);
    return { circuit, publics, proof };
  });
}

/** That a proving key is the pinned key's. */
function requirePair(circuits: CircuitsPackage, key: ProvingKey, { keyHash, circuitId }: PinnedKey): void {
  const actual = keccak256(circuits.encodeVerifyingKey(circuits.verifyingKey(key)));
  if (actual === keyHash) return;
  throw new ProofError("WRONG_PROVING_KEY", `the proving key belongs to ${actual}, pinned is ${keyHash}`, {
    details: { circuitId, expected: keyHash, actual },
    hint: "It is of another circuit, shape or ceremony: take the one that was published with the pinned key.",
  });
}

async function requireGood(pinned: PinnedKey, publics: readonly bigint[], proof: Hex): Promise<void> {
  try {
    await requireProof(pinned, publics, proof);
  } catch (cause) {
    throw new ProofError("WRONG_PROVING_KEY", "what this key proves does not verify: its file is damaged", {
      details: { circuitId: pinned.circuitId },
      hint: "Take the file from its publisher again and compare its hash.",
      cause,
    });
  }
}

/** Lets timers and signals through. @throws the signal's reason */
async function turn(signal: AbortSignal | undefined): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve));
  signal?.throwIfAborted();
}
