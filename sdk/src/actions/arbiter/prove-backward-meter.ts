import { writeResolved } from "../write.js";
import { convicted, type SignedReceipt } from "./conviction.js";

/** Convicts a node of a later receipt (`second`) that does not count on from an earlier one (`first`). */
export const proveBackwardMeter = writeResolved({
  contract: "InferenceArbiter",
  method: "proveBackwardMeter",
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
