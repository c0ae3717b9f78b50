import type { Context } from "../../context.js";
import type { Delta } from "../../eip712/versions.js";
import type { Hex } from "../../hex.js";
import { type ProvableModel, requireProvable } from "../../proofs/provable.js";
import { action } from "../bind.js";
import { call } from "../read.js";
import type { Overrides, Sent } from "../transaction.js";
import { writeResolved } from "../write.js";
import { type AppendProof, type RecordedProof, recordProof, requireAppendProof } from "./append-proof.js";
import { headOf } from "./head.js";

/** A delta for the caller's line. */
export interface AppendParameters {
  modelId: bigint;
  delta: Delta;
  /** Ids of the datasets that the fine-tune used: own, public, or with consent for this line. */
  datasets?: readonly Hex[];
  /**
   * Newest version hash of the line. Read from the chain when not given: then the append also goes on top of another one
   * that came between. Give what you fine-tuned to refuse that.
   */
  parent?: Hex;
  /** Refuses, before anything is sent, a version that no circuit expresses under the delta's commitments; weights are those after the delta. */
  provable?: ProvableModel;
  /**
   * Proof of this delta (`proofs.prove` with `append`). It is verified before anything is sent, and `wait` brings it to the chain
   * in a transaction of its own once the append is mined.
   */
  proof?: AppendProof;
}

/** What `wait` gives. */
export interface Appended {
  lineId: Hex;
  version: bigint;
  versionHash: Hex;
  /** With `proof`: that it is recorded. */
  proven?: RecordedProof;
}

const appendAlone = writeResolved({
  contract: "DeltaLedger",
  method: "append",
  async resolve({ modelId, delta, datasets = [], parent, provable, proof }: AppendParameters, ctx) {
    if (provable !== undefined) await requireProvableDelta(ctx, modelId, delta, provable);
    if (proof !== undefined) {
      const upcoming = { modelId, delta, datasets, ...(parent === undefined ? {} : { parent }) };
      const version = await requireAppendProof(ctx, await ctx.account(), upcoming, proof);
      // The proof is of a version on top of this parent and of no other.
      return { modelId, delta, datasets, parent: version.parent };
    }
    return { modelId, delta, datasets, parent: parent ?? (await headOf(ctx, modelId, await ctx.account())) };
  },
  args: ({ modelId, parent, delta, datasets }) => [modelId, parent, delta, [...datasets]],
  event: "DeltaAppended",
  result: ({ lineId, version, versionHash }): Appended => ({
    lineId: lineId as Hex,
    version,
    versionHash: versionHash as Hex,
  }),
  echo: ({ parent }) => ({ parent }),
});

/**
 * Appends a delta to the caller's line, which it opens when needed. The version is not active yet: see `activate`.
 *
 * With a `proof`, `wait` sends a second transaction (`proofs.proveDelta`) after the first is mined and waits for both. If only the
 * second fails it throws `PROOF_NOT_RECORDED`: the append stands, and `wait` can be called again. `prepare`, `simulate` and
 * `estimateGas` are of the append alone.
 */
export const append = action(appendAlone.covers, (ctx) => {
  const bound = appendAlone(ctx);
  const { simulate, prepare, estimateGas } = bound;
  const write = async (params: AppendParameters, overrides: Overrides = {}) => {
    const sent = await bound(params, overrides);
    return params.proof === undefined ? sent : { ...sent, wait: waitForBoth(ctx, sent, params.proof, overrides) };
  };
  return Object.assign(write, { simulate, prepare, estimateGas }) as typeof bound;
});

/** {@link requireProvable} of a version that a delta makes of a model. */
export async function requireProvableDelta(
  ctx: Context,
  modelId: bigint,
  { commitments }: Delta,
  provable: ProvableModel,
): Promise<void> {
  const { architectureHash } = await call(ctx, "ModelRegistry", "anchorOf", [modelId]);
  await requireProvable(provable, commitments, architectureHash as Hex);
}

/** Waits for the append, sends its proof, waits for that; a proof that failed is sent again by the next call. */
function waitForBoth(ctx: Context, sent: Sent<Appended>, proof: AppendProof, overrides: Overrides) {
  const { nonce: _nonce, gasLimit: _gasLimit, ...price } = overrides;
  let recorded: Promise<RecordedProof> | undefined;
  return async (confirmations = 1, timeoutMs?: number) => {
    const appended = await sent.wait(confirmations, timeoutMs);
    recorded ??= recordProof(ctx, appended, proof, price, confirmations, timeoutMs);
    try {
      return { ...appended, proven: await recorded };
    } catch (error) {
      recorded = undefined;
      throw error;
    }
  };
}
