import { writeResolved } from "../write.js";
import { auditedBatch, type BatchRef, batchId } from "./audit-id.js";

/** Ends an audit that was not opened, or whose draws were not all proven in time. Anybody may call. */
export const failAudit = writeResolved({
  contract: "InferenceArbiter",
  method: "failAudit",
  resolve: (params: BatchRef) => params,
  args: (params, ctx) => [batchId(params, ctx)],
  event: "AuditFailed",
  result: (event) => ({
    ...auditedBatch(event),
    missing: event.missing,
    /** Units owed to the line's owner by the escrow. */
    held: event.held,
    /** From stake, in its token's smallest unit. */
    paid: event.paid,
    burned: event.burned,
  }),
  echo: () => ({}),
});
