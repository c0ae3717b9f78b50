import type { ReceiptSet } from "../../eip712/receipt-set.js";
import type { Hex } from "../../hex.js";
import { writeResolved } from "../write.js";
import { auditedBatch } from "./audit-id.js";
import type { SignedBatch } from "./prove-double-batch.js";

/** Opens the audit of a settled batch with the set of its receipts (`receiptTree`, `signReceiptSet`). Anybody may call. */
export const openAudit = writeResolved({
  contract: "InferenceArbiter",
  method: "openAudit",
  resolve: (params: SignedBatch & { version: bigint | number; receipts: ReceiptSet; setSignature: Hex }) => params,
  args: ({ batch, signature, version, receipts, setSignature }, ctx) => [
    ctx.addressOf("InferenceEscrow"),
    batch,
    batch.rowsHash,
    signature,
    version,
    receipts,
    setSignature,
  ],
  event: "AuditOpened",
  result: (event) => ({
    ...auditedBatch(event),
    draws: event.draws,
    /** Units. */
    held: event.held,
    /** The block whose hash draws: `drawAudit` from the next one on, before the chain forgets it. */
    seedBlock: event.seedBlock,
    /** Unix seconds, the last at which a draw can be proven: the deadline of its context. */
    proveBy: event.proveBy,
  }),
  echo: () => ({}),
});
