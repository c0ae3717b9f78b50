import type { Context } from "../../context.js";
import { fromHex, type Hex, toHex } from "../../hex.js";
import { ProofError } from "../../proofs/errors.js";
import { CircuitKind, type CircuitRef } from "../../types.js";
import { action } from "../bind.js";
import type { KnownVersion } from "./known-version.js";
import { type CommittedVersion, committedDelta, committedVersion, type VersionRef } from "./ledger.js";
import { type PinnedKey, pinnedKeyOf, requireKind, requireProof } from "./pinned-key.js";
import {
  deltaPublics,
  inferencePublics,
  publicsOf,
  type ReceiptUse,
  registrationPublics,
  versionOfReceipt,
} from "./statements.js";
import { requireLink, requireLinkedProof, requireSumProof, sumOnChain } from "./sums.js";

interface Verifiable {
  circuit: CircuitRef;
  /** Hash of the circuit's key, from whoever published its ceremony; default: what the chain says. */
  keyHash?: Hex;
  /** With it and `keyHash` the endpoint can mislead nobody: what it says of the version is compared with the version's hash. */
  known?: KnownVersion;
}

/** A registration, as `proveRegistration` takes it. */
export interface VerifyRegistration extends Verifiable, VersionRef {
  proof: Hex;
}

/** A delta, as `proveDelta` takes it. */
export interface VerifyDelta extends Verifiable, VersionRef {
  proof: Hex;
  deltaRoot: Hex;
}

/** The proof of a receipt, for one use of it. */
export interface VerifyInference extends Verifiable, ReceiptUse {
  proof: Hex;
  /** class * 256 + margin. */
  result: bigint;
  /** Tier 2: the sum that the proof was made with, and its link, as `proofs.link` took them; default: the endpoint is asked which sums are linked. */
  linked?: Hex;
}

/** Tier 2: a sum of the committed weights and its link, as `proofs.link` takes it. */
export interface VerifyLink extends Verifiable, VersionRef {
  linked: Hex;
}

/** What was proven. */
export interface Verified {
  versionHash: Hex;
  circuitId: Hex;
  /** Hash of the key that it was checked with. */
  keyHash: Hex;
  /** Public inputs in the circuit's order; of a link there are none. */
  publics: readonly bigint[];
}

/**
 * Checks a proof here, not on the chain: the public inputs are made of what the ledger says and of the parameters, the key is the one
 * that is pinned, and the pairing is this package's. What the endpoint would say of the proof is not asked; what it says of the version
 * and of the key is taken for true unless `known` and `keyHash` are given; in tier 2 an inference needs `linked`, too, and speaks of the weights of the
 * Pedersen point: that they are the root's says the version's registration. Throws for whatever does not hold.
 * @throws ProofError PROOF_INVALID, WRONG_CIRCUIT, WRONG_VERSION, NOT_COMMITTED, NOT_LINKED, WRONG_VERIFYING_KEY, DEVELOPMENT_KEY
 */
export const verify = action([], (ctx) => async (params: Provable): Promise<Verified> => {
  const { circuit, keyHash } = params;
  const [kind, statement] = statementOf(ctx, params);
  requireKind(circuit, kind);
  const [{ version, publics, check }, pinned] = await Promise.all([statement(), pinnedKeyOf(ctx, circuit, keyHash)]);
  await check(pinned);
  return { versionHash: version.versionHash, circuitId: pinned.circuitId, keyHash: pinned.keyHash, publics };
});

type Provable = VerifyRegistration | VerifyDelta | VerifyInference | VerifyLink;

interface Claim {
  version: CommittedVersion;
  publics: readonly bigint[];
  check(pinned: PinnedKey): Promise<unknown>;
}

function statementOf(ctx: Context, params: Provable): [CircuitKind, () => Promise<Claim>] {
  if ("receipt" in params) return [CircuitKind.Inference, () => inference(ctx, params)];
  if ("deltaRoot" in params) return [CircuitKind.Delta, () => delta(ctx, params)];
  if ("linked" in params) return [CircuitKind.Inference, () => link(ctx, params)];
  return [CircuitKind.Register, () => registration(ctx, params)];
}

async function inference(ctx: Context, params: VerifyInference): Promise<Claim> {
  const { circuit, proof, result, linked, known } = params;
  const version = await versionOfReceipt(ctx, params, known);
  const publics = publicsOf(circuit, inferencePublics(ctx, version, params, result));
  const sumOf = async (pinned: PinnedKey, x: bigint) =>
    linked === undefined ? sumOnChain(ctx, circuit, version.versionHash, x) : requireLink(pinned, linked, version);
  const check = async (pinned: PinnedKey) =>
    circuit.tier === 2
      ? requireSumProof(pinned, publics, proof, (x) => sumOf(pinned, x))
      : requireProof(pinned, publics, proof);
  return { version, publics, check };
}

async function delta(ctx: Context, { proof, deltaRoot, known, ...named }: VerifyDelta): Promise<Claim> {
  const version = await committedDelta(ctx, named, known);
  const publics = deltaPublics(ctx, version, BigInt(toHex(fromHex(deltaRoot, 32))));
  return { version, publics, check: (pinned) => requireProof(pinned, publics, proof) };
}

async function registration(ctx: Context, { circuit, proof, known, ...named }: VerifyRegistration): Promise<Claim> {
  const version = await committedVersion(ctx, named, known);
  const publics = registrationPublics(ctx, version);
  const check = async (pinned: PinnedKey) =>
    circuit.tier === 2 ? requireLinkedProof(pinned, publics, proof, version) : requireProof(pinned, publics, proof);
  return { version, publics, check };
}

async function link(ctx: Context, { circuit, linked, known, ...named }: VerifyLink): Promise<Claim> {
  if (circuit.tier !== 2) {
    throw new ProofError("WRONG_CIRCUIT", "sums are linked in tier 2 alone", {
      details: { kind: circuit.kind, tier: circuit.tier },
      hint: "Name the circuit with circuitOf(CircuitKind.Inference, shape, 2).",
    });
  }
  const version = await committedVersion(ctx, named, known);
  return { version, publics: [], check: (pinned) => requireLink(pinned, linked, version) };
}
