import { ledgerDomain } from "../../eip712/domains.js";
import { signAppend as sign } from "../../eip712/structs.js";
import { type Delta, hashDeltaAnchor } from "../../eip712/versions.js";
import { decoded } from "../../errors/decode.js";
import type { Hex } from "../../hex.js";
import type { ProvableModel } from "../../proofs/provable.js";
import { action } from "../bind.js";
import { requireProvableDelta } from "./append.js";
import { headOf } from "./head.js";

/** What the line's account signs. */
export interface SignAppendParameters {
  modelId: bigint;
  delta: Delta;
  datasets?: readonly Hex[];
  /** Default: the line's newest version hash. */
  parent?: Hex;
  /** Unix seconds, the last at which the signature counts. */
  deadline: bigint;
  /** Refuses to sign for a version that no circuit expresses under the delta's commitments; weights are those after the delta. */
  provable?: ProvableModel;
}

/** Signs an append to the signer's line, for `appendFor` by anybody. Returns all that `appendFor` takes. */
export const signAppend = action([], (ctx) => async (params: SignAppendParameters) => {
  const { modelId, delta, datasets = [], deadline, provable } = params;
  if (provable !== undefined) await requireProvableDelta(ctx, modelId, delta, provable);
  const account = await ctx.account();
  const parent = params.parent ?? (await headOf(ctx, modelId, account));
  const domain = ledgerDomain(ctx.chainId, ctx.addressOf("DeltaLedger"));
  const struct = { modelId, account, parent, delta: hashDeltaAnchor(delta, datasets), deadline };
  const signature = await decoded("DeltaLedger", () => sign(ctx.signer, domain, struct));
  return { account, modelId, parent, delta, datasets, deadline, signature };
});
