import type { Hex } from "../../hex.js";
import { paged } from "../paged.js";

/** Registered nodes in the order of their registration, read page by page. */
export const nodes = paged({
  contract: "NodeRegistry",
  method: "nodes",
  args: (_params: object, start, count) => [start, count],
  item: (value) => value as Hex,
});
