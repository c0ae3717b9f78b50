import type { Hex } from "../../hex.js";
import type { ChannelId } from "../../types.js";
import { writeResolved } from "../write.js";

/** Shows the voucher that a challenge demands. Anybody may call. */
export const answer = writeResolved({
  contract: "InferenceArbiter",
  method: "answer",
  resolve: (params: ChannelId & { cumulative: bigint; signature: Hex }) => params,
  args: ({ node, lineId, channel, cumulative, signature }, ctx) => [
    ctx.addressOf("InferenceEscrow"),
    node,
    lineId,
    channel,
    cumulative,
    signature,
  ],
  event: "ChallengeAnswered",
  result: (event) => ({
    node: event.node as Hex,
    lineId: event.lineId as Hex,
    channel: event.channel,
    proven: event.proven,
    /** Whether all that was debited is proven: the challenge is over. */
    complete: event.complete,
  }),
  echo: () => ({}),
});
