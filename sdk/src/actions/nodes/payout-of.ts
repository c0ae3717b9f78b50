import type { Hex } from "../../hex.js";
import { read } from "../read.js";

/** Where a node's earnings go; zero when it never registered. */
export const payoutOf = read({
  contract: "NodeRegistry",
  method: "payoutOf",
  args: (params: { node: string }) => [params.node],
  result: (value) => value as Hex,
});
