import type { Hex } from "../../hex.js";
import type { ChannelId } from "../../types.js";
import { write } from "../write.js";
import { channelClosed } from "./withdraw-channel.js";

/** Closes the caller's channel at once, with the last word of the node's enclave; its rest is owed to the payer. */
export const closeNow = write({
  contract: "InferenceEscrow",
  method: "closeNow",
  args: (params: ChannelId & { cumulative: bigint; issuedAt: bigint; signature: Hex }) => [
    params.node,
    params.lineId,
    params.channel,
    params.cumulative,
    params.issuedAt,
    params.signature,
  ],
  event: "ChannelClosed",
  result: channelClosed,
});
