import type { Hex } from "../../hex.js";
import { read } from "../read.js";

/** Unix seconds until which work on a version is payable: 0 never, FOREVER while active. */
export const payableUntil = read({
  contract: "DeltaLedger",
  method: "payableUntil",
  args: (params: { lineId: Hex; versionHash: Hex }) => [params.lineId, params.versionHash],
});
