import type { Node } from "../../types.js";
import { read } from "../read.js";

/** A node as it stands; `payout` is zero when it never registered. */
export const nodeOf = read({
  contract: "NodeRegistry",
  method: "nodeOf",
  args: (params: { node: string }) => [params.node],
  result: (value) => value as Node,
});
