import type { Hex } from "../../hex.js";
import type { Policy } from "../../types.js";
import { read } from "../read.js";

/** A line's policy, besides what it pins. */
export const policyOf = read({
  contract: "NodeRegistry",
  method: "policyOf",
  args: ({ lineId }: { lineId: Hex }) => [lineId],
  result: (value) => ({ ...value, maxTcbStatus: Number(value.maxTcbStatus) }) as Policy,
});
