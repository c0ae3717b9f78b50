import type { Shape } from "@freehold/circuits";
import type { Context } from "../../context.js";
import type { Receipt } from "../../eip712/types.js";
import type { Hex } from "../../hex.js";
import { circuitOf } from "../../proofs/circuit-ref.js";
import { withCircuits } from "../../proofs/circuits.js";
import { word } from "../../proofs/commitments.js";
import { CircuitKind, type CircuitRef } from "../../types.js";
import { action } from "../bind.js";
import { committedDelta, committedVersion, type UpcomingVersion, upcomingDelta, type VersionRef } from "./ledger.js";
import { type LinkProof, type ProveLink, proveLink } from "./make-link.js";
import { makeProof, type OpenedVersion, type ProvingOptions, withLink } from "./proving.js";
import {
  deltaPublics,
  inferencePublics,
  publicsOf,
  type ReceiptUse,
  registrationPublics,
  versionOfReceipt,
} from "./statements.js";
import {
  linkedSum,
  requireAnchor,
  requireLinkedProof,
  requireLinkedSum,
  requireRoot,
  requireSumProof,
} from "./sums.js";

interface Proving extends ProvingOptions, OpenedVersion {
  shape: Shape;
}

/** "Every parameter of this version is in its range"; in tier 2 also: "and both its commitments are to the same weights". */
export interface ProveRegistration extends Proving, VersionRef {
  kind: typeof CircuitKind.Register;
}

/** "This version is `base` plus the delta." The version is on the ledger, or is the one that an append will make. */
export type ProveDelta = Proving & {
  kind: typeof CircuitKind.Delta;
  /** The version before. */
  base: OpenedVersion;
  /** Of the delta's commitment; default: a fresh one. */
  deltaSalt?: bigint;
} & (VersionRef | { append: UpcomingVersion & { /** Whose line; default: the signer's. */ account?: string } });

/** "This receipt's answer came from this version, for this use." */
export interface ProveInference extends Proving, ReceiptUse {
  kind: typeof CircuitKind.Inference;
  /** The request's counts, 0 to 15 each. */
  counts: ArrayLike<number>;
  /** Of the receipt's commitment to its input. */
  inputSalt: bigint;
  /** Of its commitment to its output. */
  outputSalt: bigint;
  /** Tier 2: of a sum that is linked to the version; `prove({ kind: "link" })` gave it. */
  sumBlinder?: bigint;
}

interface Proven {
  circuit: CircuitRef;
  /**
   * 256 bytes; in tier 2 those of a registration are 384, with a sum and its link, and those of an inference 288, with the linked sum's x. Not a
   * name of the statement: anybody can turn it into another proof of it.
   */
  proof: Hex;
}

/** What `proveRegistration` takes. */
export interface RegistrationProof extends Proven {
  lineId: Hex;
  version: bigint;
}

/** What `proveDelta` and `deltas.append` take. */
export interface DeltaProof extends Proven {
  lineId: Hex;
  version: bigint;
  /** Version hash of what the delta was added to. */
  parent: Hex;
  /** Salted Poseidon root of the difference. */
  deltaRoot: Hex;
  /** Opens it. A secret. */
  deltaSalt: bigint;
}

/** What `arbiter.proveReceipt` takes, and with batch, draw and path `arbiter.proveDraw`. */
export interface InferenceProof extends Proven {
  receipt: Receipt;
  version: bigint;
  requester: string;
  deadline: bigint;
  /** class * 256 + margin. */
  result: bigint;
}

/** See {@link prove}. */
export interface Prove {
  (params: ProveRegistration): Promise<RegistrationProof>;
  (params: ProveDelta): Promise<DeltaProof>;
  (params: ProveInference): Promise<InferenceProof>;
  (params: ProveLink): Promise<LinkProof>;
}

/**
 * Makes a proof and gives back what the action takes that brings it to the chain. What it is bound to (chain, contract, model, line,
 * version hash; receipt, requester, deadline) is computed here; before anything is proven the commitments of what was given are
 * compared with the ledger's and the receipt's. Sends nothing. A key of tier 2 makes what tier 2 takes: a registration with `linkKey` and the
 * version's `blinder`, then, once, a link (`kind: "link"`), then inferences with the `sumBlinder` that was linked. Deltas are of tier 1; in
 * tier 2 `showDelta` takes no proof.
 * @throws ProofError see `ProofErrorCode`; the signal's reason
 */
export const prove = action([], (ctx): Prove => {
  const bound = async (params: ProveRegistration | ProveDelta | ProveInference | ProveLink) => {
    params.signal?.throwIfAborted();
    if (params.kind === "link") return proveLink(ctx, params);
    if (params.kind === CircuitKind.Register) return proveRegistration(ctx, params);
    return params.kind === CircuitKind.Delta ? proveDelta(ctx, params) : proveInference(ctx, params);
  };
  return bound as Prove;
});

async function proveRegistration(ctx: Context, params: ProveRegistration): Promise<RegistrationProof> {
  const { shape, weights, salt, blinder } = params;
  const version = await committedVersion(ctx, params);
  const expected = registrationPublics(ctx, version);
  const [, context = 0n] = expected;
  const { circuit, proof } = await makeProof(
    ctx,
    (circuits, tier) => ({
      circuit: circuitOf(CircuitKind.Register, shape, tier),
      definition: circuits.registerCircuit(shape, tier),
      values: { weights, salt, context },
      expected: () => expected,
      ...(tier === 2 && {
        committed: async (pair) => {
          const keys = withLink(pair);
          const values = circuits.weightsElements(shape, weights);
          const opening = await requireAnchor(circuits, version, values, blinder);
          // A sum of its own: it is used once.
          const own = circuits.randomScalar();
          const { sum, link } = await linkedSum(circuits, keys, pair.pinned, opening, own);
          return {
            blinder: own,
            encode: (made) => circuits.encodeLinkedProof(made, sum, link),
            check: (...of) => requireLinkedProof(...of, version),
          };
        },
      }),
    }),
    params,
  );
  return { lineId: version.lineId, version: version.version, circuit, proof };
}

async function proveDelta(ctx: Context, params: ProveDelta): Promise<DeltaProof> {
  const { shape, weights, salt, base } = params;
  const deltaSalt = params.deltaSalt ?? (await withCircuits(({ randomSalt }) => randomSalt()));
  const version =
    "append" in params
      ? await upcomingDelta(ctx, params.append.account ?? (await ctx.account()), params.append)
      : await committedDelta(ctx, params);
  const context = deltaPublics(ctx, version, 0n)[3] ?? 0n;
  const { circuit, publics, proof } = await makeProof(
    ctx,
    ({ deltaCircuit }) => ({
      circuit: circuitOf(CircuitKind.Delta, shape),
      definition: deltaCircuit(shape),
      values: { base, next: { weights, salt }, salt: deltaSalt, context },
      expected: ([, delta = 0n]) => deltaPublics(ctx, version, delta),
    }),
    params,
  );
  const { lineId, parent } = version;
  return { lineId, version: version.version, parent, circuit, deltaRoot: word(publics[1] ?? 0n), deltaSalt, proof };
}

async function proveInference(ctx: Context, params: ProveInference): Promise<InferenceProof> {
  const { shape, weights, salt, counts, inputSalt, outputSalt, receipt, requester, deadline } = params;
  const version = await versionOfReceipt(ctx, params);
  const context = inferencePublics(ctx, version, params, 0n).at(-1) ?? 0n;
  const { circuit, publics, proof } = await makeProof(
    ctx,
    (circuits, tier) => {
      const circuit = circuitOf(CircuitKind.Inference, shape, tier);
      return {
        circuit,
        definition: circuits.inferenceCircuit(shape, tier),
        values: { weights, salt, counts, inputSalt, outputSalt, context },
        expected: (made) => publicsOf(circuit, inferencePublics(ctx, version, params, made.at(-2) ?? 0n)),
        ...(tier === 2 && {
          committed: async ({ key }) => {
            requireRoot(version, circuits.poseidonRoot(shape, weights, salt));
            const values = circuits.weightsElements(shape, weights);
            const { sumBlinder } = params;
            const linked = await requireLinkedSum(ctx, circuits, key, circuit, version, values, sumBlinder);
            return {
              blinder: linked.sumBlinder,
              encode: (made) => circuits.encodeSumProof(made, linked.sum),
              check: (...of) => requireSumProof(...of, async () => linked.sum),
            };
          },
        }),
      };
    },
    params,
  );
  return { receipt, version: version.version, requester, deadline, circuit, result: publics.at(-2) ?? 0n, proof };
}
