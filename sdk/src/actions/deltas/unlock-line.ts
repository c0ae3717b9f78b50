import type { Hex } from "../../hex.js";
import { write } from "../write.js";

/**
 * Ends the lock of the caller's line after its delay.
 */
export const unlockLine = write({
  contract: "DeltaLedger",
  method: "unlockLine",
  args: (params: { modelId: bigint }) => [params.modelId],
  event: "LockReleased",
  result: (event) => ({ key: event.key as Hex }),
});
