import type { Context } from "../../context.js";
import { hashDeltaAnchor, hashModelAnchor, versionHash } from "../../eip712/versions.js";
import { type Hex, sameHex } from "../../hex.js";
import { ProofError } from "../../proofs/errors.js";
import type { Version } from "../../types.js";
import { call } from "../read.js";

/** What somebody knows of a version who need not take the endpoint's word for it. */
export interface KnownVersion {
  /** From a receipt, from its owner, or from another endpoint. It commits to the version's root and to all that came before. */
  versionHash: Hex;
  /** Ids of the datasets that its delta cites, in their order; default: none. */
  datasets?: readonly Hex[];
  /** Of the delta before, where a delta is verified. */
  parentDatasets?: readonly Hex[];
}

/**
 * That what the endpoint says of a version is what its hash was made of: h(0) of the model's anchor, h(n) of h(n - 1) and the delta's.
 * @param said by the endpoint
 * @returns hash of the version before; undefined for the base
 * @throws ProofError WRONG_VERSION
 */
export async function requireKnown(
  ctx: Context,
  version: { modelId: bigint; lineId: Hex; version: bigint },
  said: Version,
  known: { versionHash: Hex; datasets?: readonly Hex[] },
): Promise<Hex | undefined> {
  const { weightsRoot, byteLength, format, commitments } = said;
  const { modelId, lineId } = version;
  let actual: Hex;
  let parent: Hex | undefined;
  if (version.version === 0n) {
    const { architectureHash } = await call(ctx, "ModelRegistry", "anchorOf", [modelId]);
    actual = hashModelAnchor({ weightsRoot, byteLength, architectureHash: architectureHash as Hex, commitments });
  } else {
    const before = await call(ctx, "DeltaLedger", "versionOf", [lineId, version.version - 1n]);
    parent = before.hash as Hex;
    actual = versionHash(parent, hashDeltaAnchor({ weightsRoot, byteLength, format, commitments }, known.datasets));
  }
  if (sameHex(actual, known.versionHash)) return parent;
  throw new ProofError(
    "WRONG_VERSION",
    `version ${version.version} of line ${lineId} hashes to ${actual}, not to ${known.versionHash}`,
    {
      details: { lineId, version: version.version.toString(), expected: known.versionHash, actual },
      hint: "The endpoint says something else of it than the chain, or its delta cites datasets: give their ids.",
    },
  );
}
