import type { EventValues } from "../../contracts.js";
import type { Hex } from "../../hex.js";
import type { ChannelId } from "../../types.js";
import { writeResolved } from "../write.js";

/** What `wait` of a closed channel gives. */
export function channelClosed(event: EventValues<"InferenceEscrow", "ChannelClosed">) {
  return {
    node: event.node as Hex,
    lineId: event.lineId as Hex,
    channel: event.channel,
    payer: event.payer as Hex,
    refund: event.refund,
  };
}

/** Sends the rest of the caller's channel to `to`, or to the caller, after its close delay. */
export const withdrawChannel = writeResolved({
  contract: "InferenceEscrow",
  method: "withdrawChannel",
  resolve: async (params: ChannelId & { to?: string }, ctx) => ({ ...params, to: params.to ?? (await ctx.account()) }),
  args: ({ node, lineId, channel, to }) => [node, lineId, channel, to],
  event: "ChannelClosed",
  result: channelClosed,
  echo: () => ({}),
});
