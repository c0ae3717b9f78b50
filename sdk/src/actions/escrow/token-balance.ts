import { action } from "../bind.js";
import { call } from "../read.js";

/** What an account (default: the signer) has of the token, in its smallest unit. */
export const tokenBalance = action(
  ["Token.balanceOf"],
  (ctx) =>
    async (params: { account?: string } = {}) =>
      call(ctx, "Token", "balanceOf", [params.account ?? (await ctx.account())]),
);
