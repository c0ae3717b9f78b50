import { join } from "node:path";
import {
  type Commitments,
  type Hex,
  hashModelAnchor,
  type ModelAnchor,
  NO_COMMITMENTS,
  ZERO_HASH,
} from "@freehold/sdk";
import {
  applyDeltas,
  DELTA_KINDS,
  type DeltaStep,
  readCommitmentSecrets,
  readDeltaMetadata,
  readSafetensors,
  WeightsError,
} from "@freehold/sdk/weights";
import type { Chain, VersionState } from "../chain/types.js";
import { type InferenceEngine, loadEngine } from "../engine/index.js";
import { OperatorError, reason, WorkerError } from "../errors.js";
import { CommittedModel } from "../proofs/committed.js";
import type { FileKeys } from "./file-keys.js";
import { readArchitecture, readWeights } from "./files.js";

/** A version that is loaded and equal to what the chain anchored. */
export interface ServedVersion {
  readonly modelId: bigint;
  readonly lineId: Hex;
  readonly version: number;
  readonly hash: Hex;
  readonly engine: InferenceEngine;
  /** The same model, when what it answers can be proven, or why it cannot; undefined: its owner anchored no commitment. */
  readonly committed: CommittedModel | string | undefined;
}

/**
 * Loads a version of a line from the store: base and deltas are hashed, the base's version hash is recomputed, the deltas
 * are applied in order. Throws `WRONG_FILE`, `MISSING_FILE`, `WRONG_CHAIN_STATE` or `UNUSABLE_MODEL`, naming file or version, and
 * KeyPendingError while the key of a sealed file is not here.
 */
export async function loadVersion(
  chain: Chain,
  store: string,
  lineId: Hex,
  active: { readonly version: number; readonly hash: Hex },
  keys: FileKeys,
): Promise<ServedVersion> {
  const { modelId } = await chain.line(lineId);
  const anchor = await chain.anchor(modelId);
  const versions = await readVersions(chain, lineId, active.version);
  checkHashes(anchor, versions, active);
  const architecture = await readArchitecture(store, anchor.architectureHash);
  await keys.expect(versions);
  const base = await readWeights(store, { ...anchor, hash: hashModelAnchor(anchor) }, keys);
  const { weights, own } = await effectiveWeights(store, base, anchor.weightsRoot, versions, keys);
  try {
    const engine = await loadEngine(architecture, weights);
    const committed = committedModel(versions[active.version]?.commitments ?? NO_COMMITMENTS, engine, own);
    return { modelId, lineId, version: active.version, hash: active.hash, engine, committed };
  } catch (cause) {
    throw new OperatorError("UNUSABLE_MODEL", `version ${active.version} cannot be run: ${reason(cause)}`, { cause });
  }
}

/** @param own file of the version itself: its base, or its delta */
function committedModel(
  commitments: Commitments,
  engine: InferenceEngine,
  own: Uint8Array,
): CommittedModel | string | undefined {
  if (commitments.poseidonRoot === ZERO_HASH) return undefined;
  try {
    return CommittedModel.open(commitments, engine, () => readCommitmentSecrets(own));
  } catch (error) {
    const isUnprovable = error instanceof WorkerError && error.code === "UNPROVABLE_VERSION";
    if (isUnprovable || error instanceof WeightsError) return error.message;
    throw error;
  }
}

async function readVersions(chain: Chain, lineId: Hex, last: number): Promise<VersionState[]> {
  return Promise.all(Array.from({ length: last + 1 }, (_, version) => chain.version(lineId, version)));
}

/** An RPC endpoint that lies about the anchor, or mixes blocks, is found here. */
function checkHashes(
  anchor: ModelAnchor,
  versions: readonly VersionState[],
  active: { version: number; hash: Hex },
): void {
  const h0 = hashModelAnchor(anchor);
  if (versions[0]?.hash !== h0) {
    throw new OperatorError("WRONG_CHAIN_STATE", `version 0 has hash ${versions[0]?.hash}, its anchor makes ${h0}`);
  }
  const hash = versions[active.version]?.hash;
  if (hash !== active.hash) {
    throw new OperatorError("WRONG_CHAIN_STATE", `version ${active.version} has hash ${hash}, not ${active.hash}`);
  }
}

async function effectiveWeights(
  store: string,
  base: Uint8Array,
  baseRoot: Hex,
  versions: readonly VersionState[],
  keys: FileKeys,
): Promise<{ weights: Uint8Array; own: Uint8Array }> {
  const steps: DeltaStep[] = [];
  let own = base;
  for (const [n, version] of versions.entries()) {
    const parent = versions[n - 1];
    if (parent === undefined) continue;
    // The first delta may also name the base by its root: both names are of the same file.
    const bases = n === 1 ? [parent.hash, baseRoot] : [parent.hash];
    own = await readWeights(store, version, keys);
    steps.push(readDelta(store, own, version, bases));
  }
  if (steps.length === 0) return { weights: base, own };
  try {
    return { weights: applyDeltas(base, steps), own };
  } catch (cause) {
    throw new OperatorError("UNUSABLE_MODEL", `the deltas of the line cannot be applied: ${reason(cause)}`, { cause });
  }
}

function readDelta(store: string, bytes: Uint8Array, version: VersionState, bases: readonly Hex[]): DeltaStep {
  const file = join(store, `${version.weightsRoot}.safetensors`);
  try {
    const delta = readSafetensors(bytes);
    const { kind, base } = readDeltaMetadata(delta);
    const anchored = DELTA_KINDS[version.format];
    if (kind !== anchored) throw new OperatorError("UNUSABLE_MODEL", `it is ${kind}, the chain says ${anchored}`);
    if (!bases.includes(base))
      throw new OperatorError("UNUSABLE_MODEL", `it was made for ${base}, not for ${bases[0]}`);
    return { delta, expectedBase: base };
  } catch (cause) {
    throw new OperatorError("UNUSABLE_MODEL", `${file} is no delta of this version: ${reason(cause)}`, { cause });
  }
}
