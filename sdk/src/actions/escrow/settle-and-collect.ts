import { write } from "../write.js";
import { type SettleParameters, settled } from "./settle.js";

/** {@link settle}, and sends all that the node earned to its payout address in the same transaction. */
export const settleAndCollect = write({
  contract: "InferenceEscrow",
  method: "settleAndCollect",
  args: (params: SettleParameters) => [params.batch, params.rows, params.signature],
  event: "BatchSettled",
  result: settled,
});
