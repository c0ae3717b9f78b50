import type { Hex } from "../../hex.js";
import { writeResolved } from "../write.js";
import type { SignedReceipt } from "./conviction.js";

/** Demands the proof behind a receipt, of work in the proof window; `approveBond` before. `version` is the number of its version hash. */
export const challengeReceipt = writeResolved({
  contract: "InferenceArbiter",
  method: "challengeReceipt",
  resolve: (params: SignedReceipt & { version: bigint | number }) => params,
  args: ({ receipt, signature, version }, ctx) => [ctx.addressOf("InferenceEscrow"), receipt, signature, version],
  event: "ProofDemanded",
  result: (event) => ({
    receiptId: event.receiptId as Hex,
    challenger: event.challenger as Hex,
    /** Unix seconds, the last at which a proof counts: the deadline of its context. */
    answerBy: event.answerBy,
  }),
  echo: () => ({}),
});
