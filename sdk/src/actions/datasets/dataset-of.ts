import type { Hex } from "../../hex.js";
import type { Dataset } from "../../types.js";
import { read } from "../read.js";

/** A dataset as it stands. Reverts with `DatasetRegistry_UnknownDataset`. */
export const datasetOf = read({
  contract: "DatasetRegistry",
  method: "datasetOf",
  args: (params: { datasetId: Hex }) => [params.datasetId],
  result: (value) => value as Dataset,
});
