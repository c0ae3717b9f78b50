import { read } from "../read.js";

/** Number of datasets in the public pool. */
export const poolSize = read({
  contract: "DatasetRegistry",
  method: "poolSize",
  args: () => [],
});
