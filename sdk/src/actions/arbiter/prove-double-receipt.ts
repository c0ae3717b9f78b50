import { writeResolved } from "../write.js";
import { convicted, type SignedReceipt } from "./conviction.js";

/** Convicts a node of two different receipts with one sequence number. */
export const proveDoubleReceipt = writeResolved({
  contract: "InferenceArbiter",
  method: "proveDoubleReceipt",
  resolve: (params: { first: SignedReceipt; second: SignedReceipt }) => params,
  args: ({ first, second }, ctx) => [
    ctx.addressOf("InferenceEscrow"),
    first.receipt,
    first.signature,
    second.receipt,
    second.signature,
  ],
  event: "Convicted",
  result: convicted,
  echo: () => ({}),
});
