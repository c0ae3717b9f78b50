import type { Hex } from "../../hex.js";
import type { ChannelId } from "../../types.js";
import { writeResolved } from "../write.js";

/** Ends a challenge that nobody answered in time: the payer gets his money, the node is slashed. Anybody may call. */
export const uphold = writeResolved({
  contract: "InferenceArbiter",
  method: "uphold",
  resolve: (params: ChannelId) => params,
  args: ({ node, lineId, channel }, ctx) => [ctx.addressOf("InferenceEscrow"), node, lineId, channel],
  event: "ChallengeUpheld",
  result: (event) => ({
    node: event.node as Hex,
    lineId: event.lineId as Hex,
    channel: event.channel,
    /** Units owed to the payer by the escrow. */
    refund: event.refund,
    /** Units claimed from the node's stake. */
    shortfall: event.shortfall,
  }),
  echo: () => ({}),
});
