import type { Hex } from "../../hex.js";
import { write } from "../write.js";

/**
 * Ends a running unlock request of a line. Guardian or owner.
 */
export const vetoUnlockLine = write({
  contract: "DeltaLedger",
  method: "vetoUnlockLine",
  args: (params: { lineId: Hex }) => [params.lineId],
  event: "UnlockVetoed",
  result: (event) => ({ key: event.key as Hex, by: event.by as Hex }),
});
