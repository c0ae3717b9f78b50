import type { Context } from "../../context.js";
import {
  type Commitments,
  type Delta,
  hashDeltaAnchor,
  lineIdOf,
  versionHash,
  ZERO_HASH,
} from "../../eip712/versions.js";
import { ContractRevertError } from "../../errors/revert.js";
import { type Hex, sameHex } from "../../hex.js";
import type { VersionContext } from "../../proofs/contexts.js";
import { ProofError } from "../../proofs/errors.js";
import type { Line } from "../../types.js";
import { versionOf } from "../deltas/version-of.js";
import { call } from "../read.js";
import { type KnownVersion, requireKnown } from "./known-version.js";

/** Names a version of a line. */
export interface VersionRef {
  lineId: Hex;
  version: bigint | number;
}

/** A version with commitments, as the ledger has it. */
export interface CommittedVersion {
  modelId: bigint;
  lineId: Hex;
  version: bigint;
  versionHash: Hex;
  /** Poseidon root of its weights. */
  root: bigint;
  /** Their Pedersen point; undefined when it was anchored without: nothing is proven of it in tier 2. */
  anchor: readonly [x: bigint, y: bigint] | undefined;
}

/** A version and the one that its delta was added to. */
export interface CommittedDelta extends CommittedVersion {
  parent: Hex;
  parentRoot: bigint;
}

/** A version that an append will make. */
export interface UpcomingVersion {
  modelId: bigint;
  delta: Delta;
  datasets?: readonly Hex[];
  /** Default: the newest version hash of the line. */
  parent?: Hex;
}

/**
 * A version that can be proven.
 * @param known default: the endpoint is believed
 * @throws ProofError NOT_COMMITTED, WRONG_VERSION; ContractRevertError for one that there is not
 */
export async function committedVersion(
  ctx: Context,
  { lineId, version }: VersionRef,
  known?: KnownVersion,
): Promise<CommittedVersion & { parent: Hex | undefined }> {
  const [{ modelId, account }, said] = await Promise.all([
    call(ctx, "DeltaLedger", "lineOf", [lineId]),
    versionOf(ctx)({ lineId, version }),
  ]);
  const named = { modelId, lineId, version: BigInt(version) };
  let parent: Hex | undefined;
  if (known !== undefined) {
    if (!sameHex(lineIdOf(modelId, account), lineId)) {
      throw new ProofError("WRONG_VERSION", `line ${lineId} is not ${account}'s on model ${modelId}`, {
        details: { lineId, account, modelId: modelId.toString() },
        hint: "The endpoint says something else than the chain: use another one.",
      });
    }
    parent = await requireKnown(ctx, named, said, known);
  }
  const root = rootOf(said.commitments.poseidonRoot, `version ${version} of line ${lineId}`);
  return { ...named, versionHash: known?.versionHash ?? said.hash, root, anchor: anchorOf(said.commitments), parent };
}

/** A version that came from a delta, both with commitments. @throws as {@link committedVersion} */
export async function committedDelta(
  ctx: Context,
  { lineId, version }: VersionRef,
  known?: KnownVersion,
): Promise<CommittedDelta> {
  const number = BigInt(version);
  if (number === 0n) {
    throw new ProofError("WRONG_VERSION", "version 0 is the base: no delta made it", {
      details: { lineId, version: "0" },
      hint: "Prove its registration.",
    });
  }
  const after = await committedVersion(ctx, { lineId, version: number }, known);
  const parent = after.parent && { versionHash: after.parent, datasets: known?.parentDatasets ?? [] };
  const before = await committedVersion(ctx, { lineId, version: number - 1n }, parent);
  return { ...after, parent: before.versionHash, parentRoot: before.root };
}

/**
 * The version that an append to an account's line will make, on top of the newest one.
 * @throws ProofError NOT_COMMITTED, STALE_PARENT when `parent` is given and is not the newest
 */
export async function upcomingDelta(ctx: Context, account: string, params: UpcomingVersion): Promise<CommittedDelta> {
  const { modelId, delta, datasets = [] } = params;
  const lineId = lineIdOf(modelId, account);
  const line = await lineIfOpen(ctx, lineId);
  const count = line?.count ?? 0n;
  const [head, { poseidonRoot }] =
    count === 0n
      ? await Promise.all([
          call(ctx, "ModelRegistry", "baseVersionHash", [modelId]),
          call(ctx, "ModelRegistry", "anchorOf", [modelId]).then(({ commitments }) => commitments),
        ])
      : await call(ctx, "DeltaLedger", "versionOf", [lineId, count]).then(
          ({ hash, commitments }) => [hash, commitments] as const,
        );
  const parent = params.parent ?? (head as Hex);
  if (!sameHex(parent, head)) {
    throw new ProofError("STALE_PARENT", `the newest version of line ${lineId} is ${head}, not ${parent}`, {
      details: { lineId, parent, head },
      hint: "Another append came first: make the delta and its proof on top of it.",
    });
  }
  return {
    modelId,
    lineId,
    version: count + 1n,
    versionHash: versionHash(parent, hashDeltaAnchor(delta, datasets)),
    root: rootOf(delta.commitments.poseidonRoot, "the delta"),
    anchor: anchorOf(delta.commitments),
    parent,
    parentRoot: rootOf(poseidonRoot, `version ${count} of line ${lineId}`),
  };
}

/** What binds a proof about a version. */
export function contextOf(ctx: Context, { modelId, lineId, versionHash }: CommittedVersion): VersionContext {
  return { chainId: ctx.chainId, proofs: ctx.addressOf("VersionProofs"), modelId, lineId, versionHash };
}

async function lineIfOpen(ctx: Context, lineId: Hex): Promise<Line | undefined> {
  try {
    return (await call(ctx, "DeltaLedger", "lineOf", [lineId])) as Line;
  } catch (error) {
    if (!(error instanceof ContractRevertError) || error.errorName !== "DeltaLedger_UnknownLine") throw error;
    return undefined;
  }
}

/** No point of the curve has y = 0. */
function anchorOf({ pedersenX, pedersenY }: Commitments): CommittedVersion["anchor"] {
  return pedersenY === 0n ? undefined : [pedersenX, pedersenY];
}

function rootOf(poseidonRoot: string, what: string): bigint {
  if (poseidonRoot !== ZERO_HASH) return BigInt(poseidonRoot);
  throw new ProofError("NOT_COMMITTED", `${what} has no commitments: nothing can be proven of it`, {
    details: { what },
    hint: "Commitments are anchored with a model or a delta (commitmentsOf), never afterwards.",
  });
}
