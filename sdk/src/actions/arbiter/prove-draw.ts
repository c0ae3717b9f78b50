import type { Receipt } from "../../eip712/types.js";
import type { Hex } from "../../hex.js";
import { writeResolved } from "../write.js";
import { type BatchRef, batchId } from "./audit-id.js";

/** What proves one draw of an audit. */
export interface DrawProof {
  batch: BatchRef;
  /** From 0. */
  draw: bigint | number;
  receipt: Receipt;
  /** `receiptTree(…).path` of the drawn index. */
  path: Hex[];
  /** class * 256 + margin. */
  result: bigint;
  proof: Hex;
}

/** Proves one drawn receipt; the last one ends the audit. Anybody may call. */
export const proveDraw = writeResolved({
  contract: "InferenceArbiter",
  method: "proveDraw",
  resolve: (params: DrawProof) => params,
  args: ({ batch, draw, receipt, path, result, proof }, ctx) => [
    batchId(batch, ctx),
    draw,
    receipt,
    path,
    result,
    proof,
  ],
  event: "DrawProven",
  result: (event) => ({
    auditId: event.auditId as Hex,
    draw: event.draw,
    receiptId: event.receiptId as Hex,
    result: event.result,
  }),
  echo: () => ({}),
});
