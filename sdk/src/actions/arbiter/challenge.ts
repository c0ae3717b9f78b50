import type { EventValues } from "../../contracts.js";
import type { Hex } from "../../hex.js";
import type { ChannelId } from "../../types.js";
import { writeResolved } from "../write.js";

/** What `wait` of a challenge gives; units and Unix seconds. */
export function challengeOpened(event: EventValues<"InferenceArbiter", "ChallengeOpened">) {
  const { channel, asserted, debited, answerBy } = event;
  return { node: event.node as Hex, lineId: event.lineId as Hex, channel, asserted, debited, answerBy };
}

/** Demands the voucher behind what was taken from an optimistic channel beyond `asserted`; `approveBond` before. */
export const challenge = writeResolved({
  contract: "InferenceArbiter",
  method: "challenge",
  resolve: (params: ChannelId & { asserted: bigint }) => params,
  args: ({ node, lineId, channel, asserted }, ctx) => [
    ctx.addressOf("InferenceEscrow"),
    node,
    lineId,
    channel,
    asserted,
  ],
  event: "ChallengeOpened",
  result: challengeOpened,
  echo: () => ({}),
});
