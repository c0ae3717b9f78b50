import type { Hex } from "../../hex.js";
import { read } from "../read.js";

/** Id of a root that an owner commits to. The function `datasetIdOf` says the same without the chain. */
export const datasetIdOf = read({
  contract: "DatasetRegistry",
  method: "datasetIdOf",
  args: (params: { owner: string; root: Hex }) => [params.owner, params.root],
  result: (value) => value as Hex,
});
