import type { EventValues } from "../../contracts.js";
import type { Hex } from "../../hex.js";
import type { ChannelId } from "../../types.js";
import { write } from "../write.js";

/** What `wait` of a top-up gives. */
export function toppedUp(event: EventValues<"InferenceEscrow", "ChannelToppedUp">) {
  return {
    node: event.node as Hex,
    lineId: event.lineId as Hex,
    channel: event.channel,
    amount: event.amount,
    deposited: event.deposited,
  };
}

/** Adds units of the caller to an open channel, whoever's it is; `approve` before. */
export const topUp = write({
  contract: "InferenceEscrow",
  method: "topUp",
  args: ({ node, lineId, channel, amount }: ChannelId & { amount: bigint }) => [node, lineId, channel, amount],
  event: "ChannelToppedUp",
  result: toppedUp,
});
