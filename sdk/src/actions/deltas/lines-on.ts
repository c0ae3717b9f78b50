import type { Hex } from "../../hex.js";
import { paged } from "../paged.js";

/** Ids of the lines on a model, read page by page. */
export const linesOn = paged({
  contract: "DeltaLedger",
  method: "linesOn",
  args: (params: { modelId: bigint }, start, count) => [params.modelId, start, count],
  item: (value) => value as Hex,
});
