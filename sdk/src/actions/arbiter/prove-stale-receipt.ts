import { writeResolved } from "../write.js";
import { convicted, type SignedReceipt } from "./conviction.js";

/** Convicts a node of a receipt for a version that was not payable at its time. */
export const proveStaleReceipt = writeResolved({
  contract: "InferenceArbiter",
  method: "proveStaleReceipt",
  resolve: (params: SignedReceipt) => params,
  args: ({ receipt, signature }, ctx) => [ctx.addressOf("InferenceEscrow"), receipt, signature],
  event: "Convicted",
  result: convicted,
  echo: () => ({}),
});
