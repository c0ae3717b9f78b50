import type { Hex } from "../../hex.js";
import type { Earnings } from "../../types.js";
import { read } from "../read.js";

/** What a node has from a line, and its next nonce there. */
export const earningsOf = read({
  contract: "InferenceEscrow",
  method: "earningsOf",
  args: (params: { node: string; lineId: Hex }) => [params.node, params.lineId],
  result: (value) => value as Earnings,
});
