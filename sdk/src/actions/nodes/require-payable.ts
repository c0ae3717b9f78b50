import type { Hex } from "../../hex.js";
import { read } from "../read.js";

/** The same as `isPayable`, and throws with the reason when not. */
export const requirePayable = read({
  contract: "NodeRegistry",
  method: "requirePayable",
  args: (params: { node: string; receiptKey: string; lineId: Hex; workedAt: bigint }) => [
    params.node,
    params.receiptKey,
    params.lineId,
    params.workedAt,
  ],
});
