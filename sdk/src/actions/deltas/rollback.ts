import { lineIdOf } from "../../eip712/versions.js";
import { FreeholdError } from "../../errors/base.js";
import type { Hex } from "../../hex.js";
import { call } from "../read.js";
import { writeResolved } from "../write.js";

/**
 * `activate` of an earlier version, checked: throws `NOT_A_ROLLBACK` unless `version` is lower than the active one.
 */
export const rollback = writeResolved({
  contract: "DeltaLedger",
  method: "activate",
  async resolve({ modelId, version }: { modelId: bigint; version: bigint | number }, ctx) {
    const lineId = lineIdOf(modelId, await ctx.account());
    const { active } = await call(ctx, "DeltaLedger", "lineOf", [lineId]);
    if (BigInt(version) < active) return { modelId, version };
    throw new FreeholdError("NOT_A_ROLLBACK", `version ${version} is not earlier than the active version ${active}`, {
      details: { lineId, version: version.toString(), active: active.toString() },
      hint: "Use activate to go forward.",
    });
  },
  args: ({ modelId, version }) => [modelId, version],
  event: "VersionActivated",
  result: (event) => ({
    lineId: event.lineId as Hex,
    version: event.version,
    versionHash: event.versionHash as Hex,
    superseded: event.superseded,
    supersededUntil: event.supersededUntil,
  }),
  echo: () => ({}),
});
