import type { Hex } from "../../hex.js";
import { write } from "../write.js";

/** Gives what the caller holds of a node's pay to another account. Slashers only. */
export const assign = write({
  contract: "InferenceEscrow",
  method: "assign",
  args: (params: { node: string; lineId: Hex; account: string; units: bigint }) => [
    params.node,
    params.lineId,
    params.account,
    params.units,
  ],
  event: "Assigned",
  result: (event) => ({ from: event.from as Hex, account: event.account as Hex, units: event.units }),
});
