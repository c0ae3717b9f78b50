import type { Receipt } from "../../eip712/types.js";
import { read } from "../read.js";

/** Public input that binds a proof to a receipt and its use, as the chain computes it; see `inferenceContext`. */
export const inferenceContextOf = read({
  contract: "InferenceArbiter",
  method: "inferenceContextOf",
  args: ({ receipt, requester, deadline }: { receipt: Receipt; requester: string; deadline: bigint }, ctx) => [
    ctx.addressOf("InferenceEscrow"),
    receipt,
    requester,
    deadline,
  ],
});
