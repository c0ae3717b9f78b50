import { writeResolved } from "../write.js";
import { auditedBatch } from "./audit-id.js";
import type { SignedBatch } from "./prove-double-batch.js";

/** Asks a node to open the audit of a settled batch. Anybody may call. `version` is the number of the batch's version hash. */
export const demandAudit = writeResolved({
  contract: "InferenceArbiter",
  method: "demandAudit",
  resolve: (params: SignedBatch & { version: bigint | number }) => params,
  args: ({ batch, signature, version }, ctx) => [
    ctx.addressOf("InferenceEscrow"),
    batch,
    batch.rowsHash,
    signature,
    version,
  ],
  event: "AuditDemanded",
  /** `openBy` in Unix seconds. */
  result: (event) => ({ ...auditedBatch(event), openBy: event.openBy }),
  echo: () => ({}),
});
