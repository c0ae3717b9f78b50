import type { Hex } from "../../hex.js";
import { call } from "../read.js";
import { writeResolved } from "../write.js";

/** Opens the caller's line on a model; `grace` (seconds) defaults to the ledger's. An `append` opens it too. */
export const openLine = writeResolved({
  contract: "DeltaLedger",
  method: "openLine",
  resolve: async ({ modelId, grace }: { modelId: bigint; grace?: bigint | number }, ctx) => ({
    modelId,
    grace: grace ?? (await call(ctx, "DeltaLedger", "DEFAULT_GRACE", [])),
  }),
  args: ({ modelId, grace }) => [modelId, grace],
  event: "LineOpened",
  result: ({ lineId, baseHash }) => ({ lineId: lineId as Hex, baseHash: baseHash as Hex }),
  echo: () => ({}),
});
