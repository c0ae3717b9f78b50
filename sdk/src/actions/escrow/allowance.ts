import { action } from "../bind.js";
import { call } from "../read.js";

/** What the escrow may still take from an account (default: the signer), in the token's smallest unit. */
export const allowance = action(["Token.allowance"], (ctx) => async (params: { account?: string } = {}) => {
  const account = params.account ?? (await ctx.account());
  return call(ctx, "Token", "allowance", [account, ctx.addressOf("InferenceEscrow")]);
});
