import type { Hex } from "../../hex.js";
import { paged } from "../paged.js";

/** Ids of the datasets in the public pool, read page by page; the order changes when one leaves meanwhile. */
export const pool = paged({
  contract: "DatasetRegistry",
  method: "pool",
  args: (_params: object, start, count) => [start, count],
  item: (value) => value as Hex,
});
