import type { Hex } from "../../hex.js";
import { write } from "../write.js";

/**
 * Commits the caller to a dataset: its salted Merkle root (see `buildCommitment`) and its number of records.
 */
export const commitDataset = write({
  contract: "DatasetRegistry",
  method: "commitDataset",
  args: (params: { root: Hex; records: bigint | number }) => [params.root, params.records],
  event: "DatasetCommitted",
  result: (event) => ({
    datasetId: event.datasetId as Hex,
    owner: event.owner as Hex,
    root: event.root as Hex,
    records: event.records,
  }),
});
