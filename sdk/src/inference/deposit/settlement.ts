import type { TransactionReceipt } from "ethers";
import { call } from "../../actions/read.js";
import { eventsOf } from "../../actions/transaction.js";
import type { Context } from "../../context.js";
import { decoded } from "../../errors/decode.js";
import { type Hex, sameHex } from "../../hex.js";
import { withTimeout } from "../../timeout.js";
import { channelOf } from "../channel-view.js";
import type { OpenedChannel, PendingDeposit } from "../state.js";

/** What became of a deposit that this process, or another one, decided. */
export type Settlement =
  | { kind: "made"; opened?: OpenedChannel }
  /** Its transaction was mined and reverted. */
  | { kind: "failed" }
  /** Nothing is known (yet). */
  | { kind: "pending" };

/** Asks the chain. A deposit whose transaction is not known is looked for by what it would have changed. */
export async function settlementOf(
  ctx: Context,
  deposit: PendingDeposit,
  lineId: Hex,
  confirmations: number,
): Promise<Settlement> {
  const { hash, node, signer } = deposit;
  if (hash !== null) {
    const receipt = await decoded("provider", async () => {
      const provider = await ctx.ready();
      return withTimeout(provider.getTransactionReceipt(hash), ctx.timeoutMs, "reading a deposit's receipt");
    });
    if (receipt === null) return { kind: "pending" };
    if (receipt.status === 0) return { kind: "failed" };
    if ((await receipt.confirmations()) < confirmations) return { kind: "pending" };
    return deposit.channel === null ? openedIn(ctx, receipt, deposit) : { kind: "made" };
  }
  if (deposit.channel !== null) {
    const { deposited } = await channelOf(ctx, { node, lineId, channel: deposit.channel });
    return deposited >= deposit.before + deposit.amount ? { kind: "made" } : { kind: "pending" };
  }
  const account = await ctx.account();
  const count = await call(ctx, "InferenceEscrow", "channelCount", [node, lineId]);
  for (let channel = deposit.before; channel < count; channel++) {
    const found = await channelOf(ctx, { node, lineId, channel });
    const isIt = sameHex(found.signer, signer) && sameHex(found.payer, account) && !found.closed;
    if (isIt) return { kind: "made", opened: { node, signer, channel } };
  }
  return { kind: "pending" };
}

function openedIn(ctx: Context, receipt: TransactionReceipt, { node, signer }: PendingDeposit): Settlement {
  const event = eventsOf(ctx, "InferenceEscrow", "ChannelOpened", receipt).find((opened) => sameHex(opened.node, node));
  return event === undefined ? { kind: "made" } : { kind: "made", opened: { node, signer, channel: event.channel } };
}
