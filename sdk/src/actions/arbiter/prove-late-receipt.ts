import { writeResolved } from "../write.js";
import { convicted, type SignedReceipt } from "./conviction.js";

/** Convicts a node of a receipt that is dated after the end of its enclave. */
export const proveLateReceipt = writeResolved({
  contract: "InferenceArbiter",
  method: "proveLateReceipt",
  resolve: (params: SignedReceipt) => params,
  args: ({ receipt, signature }, ctx) => [ctx.addressOf("InferenceEscrow"), receipt, signature],
  event: "Convicted",
  result: convicted,
  echo: () => ({}),
});
