import type { Hex } from "../../hex.js";
import { write } from "../write.js";

/**
 * Ends the caller's account lock after its delay.
 */
export const unlockAccount = write({
  contract: "ModelRegistry",
  method: "unlockAccount",
  args: () => [],
  event: "LockReleased",
  result: (event) => ({ key: event.key as Hex }),
});
