import { escrowDomain } from "../../eip712/domains.js";
import { signVoucher as sign } from "../../eip712/structs.js";
import { decoded } from "../../errors/decode.js";
import type { Hex } from "../../hex.js";
import { action } from "../bind.js";

/** A promise to a node; amounts in units, over the channel's whole life. */
export interface SignVoucherParameters {
  node: string;
  channel: bigint;
  lineId: Hex;
  cumulative: bigint;
}

/** Signs a voucher with the channel's signer. `inference.request` does it for you. */
export const signVoucher = action([], (ctx) => async (voucher: SignVoucherParameters) => {
  const domain = escrowDomain(ctx.chainId, ctx.addressOf("InferenceEscrow"));
  const signature = await decoded("InferenceEscrow", () => sign(ctx.signer, domain, voucher));
  return { ...voucher, signature };
});
