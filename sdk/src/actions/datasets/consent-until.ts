import type { Hex } from "../../hex.js";
import { read } from "../read.js";

/** Unix seconds until which a consent runs; 0 for none. */
export const consentUntil = read({
  contract: "DatasetRegistry",
  method: "consentUntil",
  args: (params: { datasetId: Hex; lineId: Hex }) => [params.datasetId, params.lineId],
});
