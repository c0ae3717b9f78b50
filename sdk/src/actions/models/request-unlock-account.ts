import type { Hex } from "../../hex.js";
import { write } from "../write.js";

/**
 * Starts the delay of the caller's account unlock.
 */
export const requestUnlockAccount = write({
  contract: "ModelRegistry",
  method: "requestUnlockAccount",
  args: () => [],
  event: "UnlockRequested",
  result: (event) => ({ key: event.key as Hex, unlockAt: event.unlockAt }),
});
