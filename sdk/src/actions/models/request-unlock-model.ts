import type { Hex } from "../../hex.js";
import { write } from "../write.js";

/**
 * Starts the delay of a model's unlock. Owner only.
 */
export const requestUnlockModel = write({
  contract: "ModelRegistry",
  method: "requestUnlockModel",
  args: (params: { modelId: bigint }) => [params.modelId],
  event: "UnlockRequested",
  result: (event) => ({ key: event.key as Hex, unlockAt: event.unlockAt }),
});
