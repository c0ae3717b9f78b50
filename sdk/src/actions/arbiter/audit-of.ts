import type { BatchAudit } from "../../types.js";
import { read } from "../read.js";
import { type BatchRef, batchId } from "./audit-id.js";

/** The audit of a batch; all zero when there is none. */
export const auditOf = read({
  contract: "InferenceArbiter",
  method: "auditOf",
  args: (params: BatchRef, ctx) => [batchId(params, ctx)],
  result: (value) => ({ ...value, state: Number(value.state) }) as BatchAudit,
});
