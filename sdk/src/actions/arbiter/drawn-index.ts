import { read } from "../read.js";
import { type BatchRef, batchId } from "./audit-id.js";

/** Index of the receipt that a draw chose. Reverts until the seed is recorded (`drawAudit`). */
export const drawnIndex = read({
  contract: "InferenceArbiter",
  method: "drawnIndex",
  args: ({ draw, ...batch }: BatchRef & { draw: bigint | number }, ctx) => [batchId(batch, ctx), draw],
  result: (value) => Number(value),
});
