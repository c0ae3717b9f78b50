import type { Hex } from "../../hex.js";
import { read } from "../read.js";

/** Throws unless each dataset is public, the account's own, or consented for the line, now. */
export const requireConsents = read({
  contract: "DatasetRegistry",
  method: "requireConsents",
  args: (params: { datasetIds: readonly Hex[]; lineId: Hex; account: string }) => [
    [...params.datasetIds],
    params.lineId,
    params.account,
  ],
});
