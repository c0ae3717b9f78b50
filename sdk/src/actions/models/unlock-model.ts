import type { Hex } from "../../hex.js";
import { write } from "../write.js";

/**
 * Ends a model's lock after its delay. Owner only.
 */
export const unlockModel = write({
  contract: "ModelRegistry",
  method: "unlockModel",
  args: (params: { modelId: bigint }) => [params.modelId],
  event: "LockReleased",
  result: (event) => ({ key: event.key as Hex }),
});
