import type { Hex } from "../../hex.js";
import { write } from "../write.js";

/**
 * The calling node gives up a channel: its rest is owed to the payer at once.
 */
export const release = write({
  contract: "InferenceEscrow",
  method: "release",
  args: (params: { channel: bigint }) => [params.channel],
  event: "ChannelClosed",
  result: (event) => ({
    node: event.node as Hex,
    channel: event.channel,
    payer: event.payer as Hex,
    refund: event.refund,
  }),
});
