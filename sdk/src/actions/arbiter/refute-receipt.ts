import type { Receipt } from "../../eip712/types.js";
import type { Hex } from "../../hex.js";
import { writeResolved } from "../write.js";

/** Ends a challenge that no proof answered in time: the payer is refunded from stake, the node slashed. Anybody may call. */
export const refuteReceipt = writeResolved({
  contract: "InferenceArbiter",
  method: "refuteReceipt",
  resolve: (params: { receipt: Receipt }) => params,
  args: ({ receipt }, ctx) => [ctx.addressOf("InferenceEscrow"), receipt],
  event: "ReceiptRefuted",
  result: (event) => ({
    receiptId: event.receiptId as Hex,
    payer: event.payer as Hex,
    /** Owed to the payer, to the challenger, and burned; in the stake token's smallest unit. */
    refund: event.refund,
    paid: event.paid,
    burned: event.burned,
  }),
  echo: () => ({}),
});
