import type { Channel, ChannelId } from "../../types.js";
import { read } from "../read.js";

/** A channel as it stands. Reverts with `InferenceEscrow_UnknownChannel`. */
export const channelOf = read({
  contract: "InferenceEscrow",
  method: "channelOf",
  args: ({ node, lineId, channel }: ChannelId) => [node, lineId, channel],
  result: (value) => value as Channel,
});
