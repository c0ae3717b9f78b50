import type { Shape } from "@freehold/circuits";
import type { Context } from "../../context.js";
import { type Hex, toHex } from "../../hex.js";
import { circuitOf } from "../../proofs/circuit-ref.js";
import { withCircuits } from "../../proofs/circuits.js";
import { ProofError } from "../../proofs/errors.js";
import { CircuitKind, type CircuitRef } from "../../types.js";
import { committedVersion, type VersionRef } from "./ledger.js";
import { decodedKey, type OpenedVersion, type ProvingOptions, pinnedPair, tierOf, withLink } from "./proving.js";
import { linkedSum, requireAnchor, requireRoot } from "./sums.js";

/** Tier 2: "this sum of committed weights opens to what the version's Pedersen point opens to." With the keys of the inference's circuit. */
export interface ProveLink
  extends Pick<ProvingOptions, "key" | "linkKey" | "keyHash" | "signal">,
    OpenedVersion,
    VersionRef {
  kind: "link";
  shape: Shape;
  /** Blinder of the sum; default: a fresh one. One for each version: with one for two, their difference shows. */
  sumBlinder?: bigint;
}

/** What `proofs.link` takes, and what proofs of inferences are made with afterwards. */
export interface LinkProof {
  lineId: Hex;
  version: bigint;
  versionHash: Hex;
  circuit: CircuitRef;
  /** The sum W and its link: 128 bytes. */
  linked: Hex;
  /** Opens W, and proofs are made with it. A secret. */
  sumBlinder: bigint;
}

/** See `prove`: everything is compared with chain and ledger before the link is made, which is verified. @throws as `prove` */
export async function proveLink(ctx: Context, params: ProveLink): Promise<LinkProof> {
  const { shape, weights, salt, blinder, signal } = params;
  const version = await committedVersion(ctx, params);
  return withCircuits(async (circuits) => {
    const key = decodedKey(circuits, params);
    const circuit = circuitOf(CircuitKind.Inference, shape, tierOf(key));
    if (circuit.tier !== 2) {
      throw new ProofError("WRONG_PROVING_KEY", "the proving key commits to no weights: sums are of tier 2", {
        details: { tier: circuit.tier },
        hint: "Give the proving key of the inference's circuit of tier 2.",
      });
    }
    const pair = await pinnedPair(ctx, circuits, circuit, key, params);
    const keys = withLink(pair);
    requireRoot(version, circuits.poseidonRoot(shape, weights, salt));
    const opening = await requireAnchor(circuits, version, circuits.weightsElements(shape, weights), blinder);
    signal?.throwIfAborted();
    const sumBlinder = params.sumBlinder ?? circuits.randomScalar();
    const { sum, link } = await linkedSum(circuits, keys, pair.pinned, opening, sumBlinder);
    const { lineId, versionHash } = version;
    const linked = toHex(circuits.encodeLink(sum, link));
    return { lineId, version: version.version, versionHash, circuit, linked, sumBlinder };
  });
}
