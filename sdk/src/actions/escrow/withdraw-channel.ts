import type { Hex } from "../../hex.js";
import { writeResolved } from "../write.js";

/**
 * Sends the rest of the caller's channel to `to`, or to the caller, after its close delay.
 */
export const withdrawChannel = writeResolved({
  contract: "InferenceEscrow",
  method: "withdrawChannel",
  resolve: async (params: { node: string; channel: bigint; to?: string }, ctx) => ({
    ...params,
    to: params.to ?? (await ctx.account()),
  }),
  args: ({ node, channel, to }) => [node, channel, to],
  event: "ChannelClosed",
  result: (event) => ({
    node: event.node as Hex,
    channel: event.channel,
    payer: event.payer as Hex,
    refund: event.refund,
  }),
  echo: () => ({}),
});
