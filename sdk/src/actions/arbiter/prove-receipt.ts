import type { Receipt } from "../../eip712/types.js";
import type { Hex } from "../../hex.js";
import { writeResolved } from "../write.js";

/** Proves a challenged receipt. Anybody may call. `result` is class * 256 + margin, as `decodeResult` of @freehold/circuits reads it. */
export const proveReceipt = writeResolved({
  contract: "InferenceArbiter",
  method: "proveReceipt",
  resolve: (params: { receipt: Receipt; result: bigint; proof: Hex }) => params,
  args: ({ receipt, result, proof }, ctx) => [ctx.addressOf("InferenceEscrow"), receipt, result, proof],
  event: "ReceiptProven",
  result: (event) => ({ receiptId: event.receiptId as Hex, node: event.node as Hex, result: event.result }),
  echo: () => ({}),
});
