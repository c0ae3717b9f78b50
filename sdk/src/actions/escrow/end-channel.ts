import type { ChannelId } from "../../types.js";
import { write } from "../write.js";
import { channelClosed } from "./withdraw-channel.js";

/** Ends a channel of which only `paid` units count as paid. Slashers of the registry only. */
export const endChannel = write({
  contract: "InferenceEscrow",
  method: "endChannel",
  args: ({ node, lineId, channel, paid }: ChannelId & { paid: bigint }) => [node, lineId, channel, paid],
  event: "ChannelClosed",
  result: channelClosed,
});
