import type { Circuit, LinkKey, ModelWeights, Prover, ProvingKey, Tier } from "@freehold/circuits";
import { keccak256 } from "ethers";
import type { Context } from "../../context.js";
import { type Hex, toHex } from "../../hex.js";
import { type CircuitsPackage, withCircuits } from "../../proofs/circuits.js";
import { word } from "../../proofs/commitments.js";
import { ProofError } from "../../proofs/errors.js";
import { mismatch } from "../../proofs/provable.js";
import type { CircuitRef } from "../../types.js";
import { type PinnedKey, pinnedKeyOf, requireProof } from "./pinned-key.js";
import { type CommittedPart, missing } from "./sums.js";

/** Weights of a version, and what opens its commitments to them; the version's file has both (`readCommitmentSecrets`). */
export interface OpenedVersion {
  weights: ModelWeights;
  /** Of the Poseidon root. */
  salt: bigint;
  /** Tier 2, registrations and links: of the Pedersen point. */
  blinder?: bigint;
}

/** What a proof is made with. */
export interface ProvingOptions {
  /**
   * Proving key of the circuit: decoded, or the bytes of its file (`encodeKey`). It must belong to the key that the chain has pinned. Its circuit's
   * tier is the proof's: a key that commits to weights makes proofs of tier 2, where the deployment takes them.
   */
  key: ProvingKey | Uint8Array;
  /** Tier 2, registrations and links: link key of the same circuit, decoded or as `encodeLinkKey` wrote it. It is pinned with the key. */
  linkKey?: LinkKey | Uint8Array;
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
  /** Tier 2: compares what is committed with the ledger, and gives the sum that the proof is made with. */
  committed?(keys: PinnedPair): Promise<CommittedPart>;
}

/** Keys of a prover, and the pinned key that they belong to. */
export interface PinnedPair {
  key: ProvingKey;
  /** Tier 2, when it was given. */
  link: LinkKey | undefined;
  pinned: PinnedKey;
}

/** Share of the work that is done when the witness is. */
const WITNESS = 0.1;

/**
 * Makes a proof: first the key is compared with the pinned one, then the public inputs with the ledger's, and only then is anything
 * multiplied. What comes out has been verified.
 * @throws ProofError WRONG_PROVING_KEY, COMMITMENT_MISMATCH, UNPROVABLE_MODEL, BAD_PROOF_INPUT, FALSE_STATEMENT, in tier 2 NOT_COMMITTED
 * and NOT_LINKED, and as `pinnedKeyOf`
 */
export async function makeProof<Values>(
  ctx: Context,
  statement: (circuits: CircuitsPackage, tier: Tier) => Statement<Values>,
  options: ProvingOptions,
): Promise<{ circuit: CircuitRef; publics: readonly bigint[]; proof: Hex }> {
  return withCircuits(async (circuits) => {
    const { signal, onProgress = () => {} } = options;
    onProgress(0);
    const key = decodedKey(circuits, options);
    const { circuit, definition, values, expected, committed } = statement(circuits, tierOf(key));
    const pair = await pinnedPair(ctx, circuits, circuit, key, options);
    const { pinned } = pair;
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
    const part = await committed?.(pair);
    onProgress(WITNESS);
    await turn(signal);
    const how = {
      onProgress: (done: number) => onProgress(WITNESS + (1 - WITNESS) * done),
      ...(signal === undefined ? {} : { signal }),
      ...(part === undefined ? {} : { blinder: part.blinder }),
    };
    const { prover, threads } = options;
    const made = await (prover === undefined
      ? circuits.prove(key, witness, { ...how, ...(threads === undefined ? {} : { threads }) })
      : prover.prove(witness, how));
    const proof = toHex(part === undefined ? circuits.encodeProof(made) : part.encode(made));
    await requireGood(pinned, publics, proof, part?.check ?? requireProof);
    return { circuit, publics, proof };
  });
}

/** @throws KeyError */
export function decodedKey(circuits: CircuitsPackage, { key }: Pick<ProvingOptions, "key">): ProvingKey {
  return key instanceof Uint8Array ? circuits.decodeKey(key) : key;
}

export function tierOf({ committed }: ProvingKey): Tier {
  return committed > 0 ? 2 : 1;
}

/** The prover's keys, once they are found to be those of the pinned key. @throws ProofError WRONG_PROVING_KEY, and as `pinnedKeyOf` */
export async function pinnedPair(
  ctx: Context,
  circuits: CircuitsPackage,
  circuit: CircuitRef,
  key: ProvingKey,
  { keyHash, linkKey }: Pick<ProvingOptions, "keyHash" | "linkKey">,
): Promise<PinnedPair> {
  const pinned = await pinnedKeyOf(ctx, circuit, keyHash);
  const verifying = circuits.verifyingKey(key);
  if (pinned.link === undefined) {
    requireHash("proving key", keccak256(circuits.encodeVerifyingKey(verifying)), pinned.keyHash, pinned);
    return { key, link: undefined, pinned };
  }
  // Inferences do without the link's key, whose part of the pinned key is its own.
  requireHash("proving key", keccak256(circuits.encodeCommitKey(verifying, pinned.link)), pinned.keyHash, pinned);
  const link = linkKey instanceof Uint8Array ? circuits.decodeLinkKey(linkKey) : linkKey;
  if (link !== undefined) {
    requireHash("link key", keccak256(circuits.encodeCommitKey(verifying, link)), pinned.keyHash, pinned);
  }
  return { key, link, pinned };
}

/** Registrations and links need it. @throws ProofError BAD_PROOF_INPUT */
export function withLink({ key, link }: PinnedPair): { key: ProvingKey; link: LinkKey } {
  if (link === undefined) throw missing("linkKey", "it is published with the proving key");
  return { key, link };
}

function requireHash(what: string, actual: string, expected: string, { circuitId }: PinnedKey): void {
  if (actual === expected) return;
  throw new ProofError("WRONG_PROVING_KEY", `the ${what} belongs to ${actual}, pinned is ${expected}`, {
    details: { circuitId, expected, actual },
    hint: "It is of another circuit, shape or ceremony: take the one that was published with the pinned key.",
  });
}

async function requireGood(
  pinned: PinnedKey,
  publics: readonly bigint[],
  proof: Hex,
  check: CommittedPart["check"],
): Promise<void> {
  try {
    await check(pinned, publics, proof);
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
