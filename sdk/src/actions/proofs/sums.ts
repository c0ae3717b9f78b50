import type { G1Point, LinkKey, Proof, ProvingKey } from "@freehold/circuits";
import type { Context } from "../../context.js";
import { fromHex, type Hex } from "../../hex.js";
import { type CircuitsPackage, withCircuits } from "../../proofs/circuits.js";
import { requireField, word } from "../../proofs/commitments.js";
import { ProofError } from "../../proofs/errors.js";
import { mismatch } from "../../proofs/provable.js";
import type { CircuitRef } from "../../types.js";
import { call } from "../read.js";
import type { CommittedVersion } from "./ledger.js";
import { invalidProof, type PinnedKey } from "./pinned-key.js";

/** What opens a version's Pedersen point: its packed weights, and the blinder. */
export interface AnchorOpening {
  values: readonly bigint[];
  blinder: bigint;
  point: G1Point;
}

/**
 * That the opening is of the ledger's Pedersen point.
 * @param blinder as the version's file has it (`freehold.commitment_blinder`)
 * @throws ProofError NOT_COMMITTED, BAD_PROOF_INPUT, COMMITMENT_MISMATCH
 */
export async function requireAnchor(
  circuits: CircuitsPackage,
  version: CommittedVersion,
  values: readonly bigint[],
  blinder: bigint | undefined,
): Promise<AnchorOpening> {
  const expected = anchorOf(version);
  if (blinder === undefined) throw missing("blinder", "the version's file has it (readCommitmentSecrets)");
  requireField("blinder", blinder);
  const actual = await circuits.anchor(values, blinder);
  if (!samePoint(actual, expected)) throw mismatch("Pedersen point", expected.join(", "), actual.join(", "));
  return { values, blinder, point: expected };
}

/** That weights and salt are the ledger's root: no public input of an inference of tier 2 says so. @throws ProofError COMMITMENT_MISMATCH */
export function requireRoot({ root }: CommittedVersion, actual: bigint): void {
  if (actual !== root) throw mismatch("Poseidon root", word(root), word(actual));
}

/**
 * A sum W of the committed weights and its link to the ledger's anchor, checked.
 * @param sumBlinder of W; independent of the anchor's
 * @throws ProofError BAD_PROOF_INPUT, WRONG_PROVING_KEY
 */
export async function linkedSum(
  circuits: CircuitsPackage,
  { key, link }: { key: ProvingKey; link: LinkKey },
  pinned: PinnedKey,
  { values, blinder, point }: AnchorOpening,
  sumBlinder: bigint,
): Promise<{ sum: G1Point; link: G1Point }> {
  requireField("sumBlinder", sumBlinder);
  const sum = await circuits.committedSum(key, values, sumBlinder);
  const made = await circuits.proveLink(link, { values, blinder: sumBlinder, anchorBlinders: [blinder] });
  if (pinned.link !== undefined && circuits.verifyLink(pinned.link, { sum, anchors: [point] }, made))
    return { sum, link: made };
  throw new ProofError(
    "WRONG_PROVING_KEY",
    "the link that these keys make does not hold: one of their files is damaged",
    {
      details: { circuitId: pinned.circuitId },
      hint: "Take the proving key and the link key from their publisher again and compare their hashes.",
    },
  );
}

/** The sum of a blinder, which the chain must have as linked. @throws ProofError BAD_PROOF_INPUT, NOT_LINKED */
export async function requireLinkedSum(
  ctx: Context,
  circuits: CircuitsPackage,
  key: ProvingKey,
  circuit: CircuitRef,
  { versionHash }: CommittedVersion,
  values: readonly bigint[],
  sumBlinder: bigint | undefined,
): Promise<{ sum: G1Point; sumBlinder: bigint }> {
  if (sumBlinder === undefined) throw missing("sumBlinder", 'prove({ kind: "link" }) gave it');
  requireField("sumBlinder", sumBlinder);
  const sum = await circuits.committedSum(key, values, sumBlinder);
  const [, y] = await sumOnChain(ctx, circuit, versionHash, sum[0]);
  if (y !== sum[1]) throw notLinked(versionHash, sum[0]);
  return { sum, sumBlinder };
}

/** A sum that the chain has as linked, by its x. @throws ProofError NOT_LINKED */
export async function sumOnChain(ctx: Context, circuit: CircuitRef, versionHash: Hex, x: bigint): Promise<G1Point> {
  const y = await call(ctx, "VersionProofs", "sumOf", [versionHash, circuit, x]);
  if (y === 0n) throw notLinked(versionHash, x);
  return [x, y];
}

/** That a proof with its own sum and link shows a statement. @throws ProofError PROOF_INVALID, NOT_COMMITTED */
export async function requireLinkedProof(
  pinned: PinnedKey,
  publics: readonly bigint[],
  encoded: Hex,
  version: CommittedVersion,
): Promise<void> {
  const valid = await withCircuits(({ decodeLinkedProof, verify }) => {
    const { proof, sum, link } = decodeLinkedProof(fromHex(encoded));
    return holds(pinned, version, sum, link).then((linked) => linked && verify(pinned.key, publics, proof, sum));
  });
  if (!valid) throw invalidProof(pinned, publics);
}

/** That a sum is linked to the version's anchor. @throws ProofError PROOF_INVALID, NOT_COMMITTED */
export async function requireLink(pinned: PinnedKey, linked: Hex, version: CommittedVersion): Promise<G1Point> {
  const { sum, link } = await withCircuits(({ decodeLink }) => decodeLink(fromHex(linked)));
  if (await holds(pinned, version, sum, link)) return sum;
  throw new ProofError("PROOF_INVALID", "the link does not show that sum and anchor open to the same weights", {
    details: { circuitId: pinned.circuitId, versionHash: version.versionHash },
    hint: "It is of another version, circuit or set-up; or it is none.",
  });
}

/** That a proof against a linked sum shows a statement. @param sumOf the sum that an x names @throws ProofError PROOF_INVALID */
export async function requireSumProof(
  pinned: PinnedKey,
  publics: readonly bigint[],
  encoded: Hex,
  sumOf: (x: bigint) => Promise<G1Point>,
): Promise<void> {
  const valid = await withCircuits(async ({ decodeSumProof, verify }) => {
    const { proof, x } = decodeSumProof(fromHex(encoded));
    const sum = await sumOf(x);
    return sum[0] === x && verify(pinned.key, publics, proof, sum);
  });
  if (!valid) throw invalidProof(pinned, publics);
}

/** A proof, with what tier 2 puts behind it. */
export interface CommittedPart {
  /** Of the sum that it is made with. */
  blinder: bigint;
  encode(proof: Proof): Uint8Array;
  /** @throws ProofError PROOF_INVALID */
  check(pinned: PinnedKey, publics: readonly bigint[], encoded: Hex): Promise<void>;
}

function holds({ link }: PinnedKey, version: CommittedVersion, sum: G1Point, made: G1Point): Promise<boolean> {
  const anchors = [anchorOf(version)];
  // Infinity opens to nothing, and contracts refuse it.
  if (link === undefined || sum[1] === 0n) return Promise.resolve(false);
  return withCircuits(({ verifyLink }) => verifyLink(link, { sum, anchors }, made));
}

function anchorOf({ anchor, version, lineId }: CommittedVersion): G1Point {
  if (anchor !== undefined) return anchor;
  throw new ProofError("NOT_COMMITTED", `version ${version} of line ${lineId} has no Pedersen point`, {
    details: { lineId, version: version.toString() },
    hint: "Only versions that were anchored with one (commitmentsOf makes both) can be proven in tier 2: prove it in tier 1.",
  });
}

function notLinked(versionHash: Hex, x: bigint): ProofError {
  return new ProofError("NOT_LINKED", `no sum with x = ${x} is linked to version ${versionHash}`, {
    details: { versionHash, x: x.toString() },
    hint: 'Give the blinder of a sum that is linked, or link one: proofs.prove({ kind: "link" }), then proofs.link.',
  });
}

/** The error for what a proof of tier 2 needs and was not given. */
export function missing(name: string, whence: string): ProofError {
  return new ProofError("BAD_PROOF_INPUT", `a proof of tier 2 needs ${name}`, {
    details: { name },
    hint: `Give ${name}: ${whence}.`,
  });
}

function samePoint([x, y]: G1Point, [otherX, otherY]: G1Point): boolean {
  return x === otherX && y === otherY;
}
