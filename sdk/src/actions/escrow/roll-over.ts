import type { ChannelId } from "../../types.js";
import { writeResolved } from "../write.js";
import { CLOSE_DELAY, openedChannel } from "./opening.js";

/** What is withdrawn, and the channel that the rest goes on in. */
export interface RollOverParameters extends ChannelId {
  /** Units to withdraw, less than the rest. */
  amount: bigint;
  /** Who gets them; default: the caller. */
  to?: string;
  /** Of the new channel; default: the caller. */
  signer?: string;
  closeDelay?: bigint;
  optimistic?: boolean;
}

/** After the close delay: withdraws a part, and moves the rest into a new channel. Vouchers of the old one are void. */
export const rollOver = writeResolved({
  contract: "InferenceEscrow",
  method: "rollOver",
  resolve: async (params: RollOverParameters, ctx) => ({
    ...params,
    to: params.to ?? (await ctx.account()),
    signer: params.signer ?? (await ctx.account()),
    closeDelay: params.closeDelay ?? CLOSE_DELAY,
    optimistic: params.optimistic ?? false,
  }),
  args: (p) => [p.node, p.lineId, p.channel, p.amount, p.to, p.signer, p.closeDelay, p.optimistic],
  event: "ChannelOpened",
  result: openedChannel,
  echo: () => ({}),
});
