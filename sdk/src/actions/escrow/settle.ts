import type { EventValues } from "../../contracts.js";
import type { Batch } from "../../eip712/types.js";
import type { Hex } from "../../hex.js";
import { write } from "../write.js";

/** A settlement: what the enclave signed, and the packed rows. */
export interface SettleParameters {
  batch: Omit<Batch, "rowsHash">;
  /** Of `packVoucherRows` or `packOptimisticRows`. */
  rows: Hex;
  /** The enclave's signature of `signBatch`. */
  signature: Hex;
}

/** What `wait` of a settlement gives; `total` in units. */
export function settled(event: EventValues<"InferenceEscrow", "BatchSettled">) {
  return {
    node: event.node as Hex,
    lineId: event.lineId as Hex,
    versionHash: event.versionHash as Hex,
    lane: event.lane,
    nonce: event.nonce,
    total: event.total,
  };
}

/**
 * Pays a batch of completed work to its node. Anybody may send it. A bad row is skipped and stops no other: `simulate` says
 * which.
 */
export const settle = write({
  contract: "InferenceEscrow",
  method: "settle",
  args: (params: SettleParameters) => [params.batch, params.rows, params.signature],
  event: "BatchSettled",
  result: settled,
});
