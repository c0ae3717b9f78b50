import type { Hex } from "../../hex.js";
import type { ChannelId } from "../../types.js";
import { read } from "../read.js";

/** EIP-712 digest of a voucher, as the contract computes it. See `hashVoucher`. */
export const voucherDigest = read({
  contract: "InferenceEscrow",
  method: "voucherDigest",
  args: ({ node, lineId, channel, cumulative }: ChannelId & { cumulative: bigint }) => [
    node,
    lineId,
    channel,
    cumulative,
  ],
  result: (value) => value as Hex,
});
