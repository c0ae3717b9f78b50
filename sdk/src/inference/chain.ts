import { call } from "../actions/read.js";
import type { Context } from "../context.js";
import { FreeholdError } from "../errors/base.js";
import { decoded } from "../errors/decode.js";
import type { Hex } from "../hex.js";
import { withTimeout } from "../timeout.js";
import type { Enclave, Line } from "../types.js";

/** The chain's time: the time stamp of its newest block, Unix seconds. */
export async function chainTime(ctx: Context): Promise<bigint> {
  return decoded("provider", async () => {
    const provider = await ctx.ready();
    const block = await withTimeout(provider.getBlock("latest"), ctx.timeoutMs, "reading the newest block");
    if (block === null) throw new FreeholdError("NO_BLOCK", "the chain has no newest block");
    return BigInt(block.timestamp);
  });
}

/** What the chain says about an offer, now. */
export interface ChainView {
  now: bigint;
  enclave: Enclave;
  isPayable: boolean;
  line: Line;
}

/** Reads all that an offer is checked against. */
export async function chainView(
  ctx: Context,
  offer: { node: string; receiptKey: string; lineId: Hex },
): Promise<ChainView> {
  const { node, receiptKey, lineId } = offer;
  const [now, enclave, line] = await Promise.all([
    chainTime(ctx),
    call(ctx, "NodeRegistry", "enclaveOf", [receiptKey]),
    call(ctx, "DeltaLedger", "lineOf", [lineId]),
  ]);
  const isPayable = await call(ctx, "NodeRegistry", "isPayable", [node, receiptKey, lineId, now]);
  return { now, isPayable, enclave: enclave as unknown as Enclave, line: line as unknown as Line };
}
