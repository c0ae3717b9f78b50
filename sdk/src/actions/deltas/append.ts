import type { Delta } from "../../eip712/versions.js";
import type { Hex } from "../../hex.js";
import { writeResolved } from "../write.js";
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
}

/** Appends a delta to the caller's line, which it opens when needed. The version is not active yet: see `activate`. */
export const append = writeResolved({
  contract: "DeltaLedger",
  method: "append",
  async resolve({ modelId, delta, datasets = [], parent }: AppendParameters, ctx) {
    return { modelId, delta, datasets, parent: parent ?? (await headOf(ctx, modelId, await ctx.account())) };
  },
  args: ({ modelId, parent, delta, datasets }) => [modelId, parent, delta, [...datasets]],
  event: "DeltaAppended",
  result: ({ lineId, version, versionHash }) => ({ lineId: lineId as Hex, version, versionHash: versionHash as Hex }),
  echo: ({ parent }) => ({ parent }),
});
