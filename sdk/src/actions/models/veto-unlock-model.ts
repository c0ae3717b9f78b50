import type { Hex } from "../../hex.js";
import { write } from "../write.js";

/**
 * Ends a running unlock request. Guardian or owner.
 */
export const vetoUnlockModel = write({
  contract: "ModelRegistry",
  method: "vetoUnlockModel",
  args: (params: { modelId: bigint }) => [params.modelId],
  event: "UnlockVetoed",
  result: (event) => ({ key: event.key as Hex, by: event.by as Hex }),
});
