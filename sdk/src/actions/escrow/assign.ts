import type { Hex } from "../../hex.js";
import { write } from "../write.js";

/** Gives what is owed to the caller to another account. */
export const assign = write({
  contract: "InferenceEscrow",
  method: "assign",
  args: (params: { account: string; units: bigint }) => [params.account, params.units],
  event: "Assigned",
  result: (event) => ({ from: event.from as Hex, account: event.account as Hex, units: event.units }),
});
