import type { Hex } from "../../hex.js";
import { paged } from "../paged.js";

/** Ids of an account's lines, read page by page. */
export const linesOf = paged({
  contract: "DeltaLedger",
  method: "linesOf",
  args: (params: { account: string }, start, count) => [params.account, start, count],
  item: (value) => value as Hex,
});
