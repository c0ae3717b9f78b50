import type { Hex } from "@freehold/sdk";
import type { Completion } from "../../../../worker/dist/store/index.js";

/** Whose books the store's tests keep. */
export const IDENTITY = {
  chainId: 31337n,
  escrow: `0x${"11".repeat(20)}`,
  node: `0x${"22".repeat(20)}`,
  lineId: `0x${"33".repeat(32)}`,
};
export const hash = (byte: number): Hex => `0x${byte.toString(16).padStart(2, "0").repeat(32)}`;

let requests = 0;

/** A completed inference: of a request of its own, for ten units on channel 0, unless it is said otherwise. */
export function completion(
  changes: Partial<Completion["receipt"]> & { voucher?: bigint; paidBefore?: bigint },
): Completion {
  const { paidBefore = 0n, ...rest } = changes;
  // A voucher pays once.
  const { voucher = 1_000n + (rest.cumulative ?? 10n), ...receipt } = rest;
  const n = requests++;
  return {
    receipt: {
      node: IDENTITY.node,
      channel: 0n,
      seq: 1n,
      cumulative: 10n,
      price: 10n,
      lineId: IDENTITY.lineId as Hex,
      versionHash: hash(1),
      requestHash: `0x${n.toString(16).padStart(64, "0")}`,
      responseHash: hash(9),
      inputCommitment: hash(10),
      outputCommitment: hash(11),
      workedAt: 1_000n,
      ...receipt,
    },
    signature: "0xaa",
    receiptKey: hash(7),
    voucher: { cumulative: voucher, signature: `0x${voucher.toString(16).padStart(4, "0")}` },
    paidBefore,
    idempotencyKey: `key-${n}`,
    body: `{"n":${n}}`,
    createdAt: 5_000n,
  };
}
