import type { Context } from "../../context.js";
import type { Batch } from "../../eip712/types.js";
import type { Hex } from "../../hex.js";

/** A settled batch: whose, on which line, and which one. */
export type BatchRef = Pick<Batch, "node" | "lineId" | "nonce">;

/** The same as the arbiter names it. */
export function batchId({ node, lineId, nonce }: BatchRef, ctx: Context) {
  return { escrow: ctx.addressOf("InferenceEscrow"), node, lineId, nonce };
}

/** How its events say it. */
export function auditedBatch(event: { auditId: string; node: string; lineId: string }) {
  return { auditId: event.auditId as Hex, node: event.node as Hex, lineId: event.lineId as Hex };
}
