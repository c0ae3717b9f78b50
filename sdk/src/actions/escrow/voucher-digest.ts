import type { Hex } from "../../hex.js";
import { read } from "../read.js";

/** EIP-712 digest of a voucher, as the contract computes it. See `hashVoucher`. */
export const voucherDigest = read({
  contract: "InferenceEscrow",
  method: "voucherDigest",
  args: (params: { node: string; channel: bigint; lineId: Hex; cumulative: bigint }) => [
    params.node,
    params.channel,
    params.lineId,
    params.cumulative,
  ],
  result: (value) => value as Hex,
});
