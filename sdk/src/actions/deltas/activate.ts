import type { Hex } from "../../hex.js";
import { write } from "../write.js";

/**
 * Makes a version of the caller's line the active one. The version before stays payable for the line's grace.
 */
export const activate = write({
  contract: "DeltaLedger",
  method: "activate",
  args: (params: { modelId: bigint; version: bigint | number }) => [params.modelId, params.version],
  event: "VersionActivated",
  result: (event) => ({
    lineId: event.lineId as Hex,
    version: event.version,
    versionHash: event.versionHash as Hex,
    superseded: event.superseded,
    supersededUntil: event.supersededUntil,
  }),
});
