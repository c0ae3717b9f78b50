import type { Hex } from "../../hex.js";
import { write } from "../write.js";

/**
 * Adds units to an open channel, whoever's it is; `approve` before.
 */
export const topUp = write({
  contract: "InferenceEscrow",
  method: "topUp",
  args: (params: { node: string; channel: bigint; amount: bigint }) => [params.node, params.channel, params.amount],
  event: "ChannelToppedUp",
  result: (event) => ({
    node: event.node as Hex,
    channel: event.channel,
    amount: event.amount,
    deposited: event.deposited,
  }),
});
