import type { Hex } from "../../hex.js";
import { writeResolved } from "../write.js";
import { type BatchRef, batchId } from "./audit-id.js";

/** Records what draws the receipts of an open audit. Anybody may call. */
export const drawAudit = writeResolved({
  contract: "InferenceArbiter",
  method: "drawAudit",
  resolve: (params: BatchRef) => params,
  args: (params, ctx) => [batchId(params, ctx)],
  event: "AuditDrawn",
  result: (event) => ({ auditId: event.auditId as Hex, seed: event.seed as Hex }),
  echo: () => ({}),
});
