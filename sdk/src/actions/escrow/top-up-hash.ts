import type { Hex } from "../../hex.js";
import type { ChannelId } from "../../types.js";
import { read } from "../read.js";

/** EIP-3009 nonce of an authorised top-up, as the contract computes it. */
export const topUpHash = read({
  contract: "InferenceEscrow",
  method: "topUpHash",
  args: (params: ChannelId & { amount: bigint; salt: bigint }) => [
    params.node,
    params.lineId,
    params.channel,
    params.amount,
    params.salt,
  ],
  result: (value) => value as Hex,
});
