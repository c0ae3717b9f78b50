import type { Batch } from "../../eip712/types.js";
import type { Hex } from "../../hex.js";
import { writeResolved } from "../write.js";
import { convicted } from "./conviction.js";

/** A batch and its enclave's signature. */
export interface SignedBatch {
  batch: Batch;
  signature: Hex;
}

/** Convicts a node of two different batches with one nonce. */
export const proveDoubleBatch = writeResolved({
  contract: "InferenceArbiter",
  method: "proveDoubleBatch",
  resolve: (params: { first: SignedBatch; second: SignedBatch }) => params,
  args: ({ first, second }, ctx) => [
    ctx.addressOf("InferenceEscrow"),
    first.batch,
    first.batch.rowsHash,
    first.signature,
    second.batch,
    second.batch.rowsHash,
    second.signature,
  ],
  event: "Convicted",
  result: convicted,
  echo: () => ({}),
});
