import type { Hex } from "../../hex.js";
import { read } from "../read.js";

/** Whether work that an enclave of a node finished at `workedAt` (Unix seconds) is payable on a line. */
export const isPayable = read({
  contract: "NodeRegistry",
  method: "isPayable",
  args: (params: { node: string; receiptKey: string; lineId: Hex; workedAt: bigint }) => [
    params.node,
    params.receiptKey,
    params.lineId,
    params.workedAt,
  ],
});
