import type { Hex } from "../../hex.js";
import { write } from "../write.js";

/**
 * Starts the delay of the unlock of the caller's line.
 */
export const requestUnlockLine = write({
  contract: "DeltaLedger",
  method: "requestUnlockLine",
  args: (params: { modelId: bigint }) => [params.modelId],
  event: "UnlockRequested",
  result: (event) => ({ key: event.key as Hex, unlockAt: event.unlockAt }),
});
