import type { Hex } from "../../hex.js";
import { write } from "../write.js";

/**
 * Puts the caller's dataset into the public pool, or takes it out for the future.
 */
export const setPublic = write({
  contract: "DatasetRegistry",
  method: "setPublic",
  args: (params: { datasetId: Hex; isPublic: boolean }) => [params.datasetId, params.isPublic],
  event: "PoolChanged",
  result: (event) => ({ datasetId: event.datasetId as Hex, isPublic: event.isPublic }),
});
