import type { Hex } from "../../hex.js";
import { write } from "../write.js";
import { channelClosed } from "./withdraw-channel.js";

/** The calling node gives up a channel: its rest is owed to the payer at once. */
export const release = write({
  contract: "InferenceEscrow",
  method: "release",
  args: (params: { lineId: Hex; channel: bigint }) => [params.lineId, params.channel],
  event: "ChannelClosed",
  result: channelClosed,
});
