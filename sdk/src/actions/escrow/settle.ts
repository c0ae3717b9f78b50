import type { Batch } from "../../eip712/types.js";
import type { Hex } from "../../hex.js";
import type { Row } from "../../types.js";
import { write } from "../write.js";

/** A settlement: what the enclave signed, and each channel's voucher. */
export interface SettleParameters {
  batch: Omit<Batch, "claims">;
  /** At most 256; their `channel` and `metered` are the batch's claims, in this order. See `rowOf`. */
  rows: readonly Row[];
  /** The enclave's signature of `signBatch`. */
  signature: Hex;
}

/** Pays a batch of completed work to its node. Anybody may send it. A bad row is skipped and stops no other. */
export const settle = write({
  contract: "InferenceEscrow",
  method: "settle",
  args: ({ batch, rows, signature }: SettleParameters) => [batch, [...rows], signature],
  event: "BatchSettled",
  result: ({ node, lineId, versionHash, enclave, total, skipped }) => ({
    node: node as Hex,
    lineId: lineId as Hex,
    versionHash: versionHash as Hex,
    enclave: enclave as Hex,
    /** Units. */
    total,
    /** Indices of the rows that paid nothing. */
    skipped: bitsOf(skipped),
  }),
});

/** Positions of the bits that are set, lowest first. */
export function bitsOf(mask: bigint): number[] {
  const set: number[] = [];
  for (let i = 0; mask >> BigInt(i) > 0n; i++) if ((mask >> BigInt(i)) & 1n) set.push(i);
  return set;
}
