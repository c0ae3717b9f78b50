import type { Hex } from "../../hex.js";
import { read } from "../read.js";

/** Whether a line of an account may cite a dataset now. */
export const mayCite = read({
  contract: "DatasetRegistry",
  method: "mayCite",
  args: (params: { datasetId: Hex; lineId: Hex; account: string }) => [params.datasetId, params.lineId, params.account],
});
