import type { Hex } from "../../hex.js";
import { write } from "../write.js";

/**
 * Lets a line cite the caller's dataset until `until` (Unix seconds).
 */
export const consent = write({
  contract: "DatasetRegistry",
  method: "consent",
  args: (params: { datasetId: Hex; lineId: Hex; until: bigint }) => [params.datasetId, params.lineId, params.until],
  event: "ConsentGiven",
  result: (event) => ({ datasetId: event.datasetId as Hex, lineId: event.lineId as Hex, until: event.until }),
});
