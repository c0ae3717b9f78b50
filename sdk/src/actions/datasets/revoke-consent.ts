import type { Hex } from "../../hex.js";
import { write } from "../write.js";

/**
 * Ends a consent for the future; works on a locked account too.
 */
export const revokeConsent = write({
  contract: "DatasetRegistry",
  method: "revokeConsent",
  args: (params: { datasetId: Hex; lineId: Hex }) => [params.datasetId, params.lineId],
  event: "ConsentRevoked",
  result: (event) => ({ datasetId: event.datasetId as Hex, lineId: event.lineId as Hex }),
});
