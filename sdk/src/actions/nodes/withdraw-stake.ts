import type { Hex } from "../../hex.js";
import { writeResolved } from "../write.js";

/**
 * Sends what has thawed to `to`, or to the caller.
 */
export const withdrawStake = writeResolved({
  contract: "NodeRegistry",
  method: "withdrawStake",
  resolve: async (params: { to?: string } | undefined, ctx) => ({ to: params?.to ?? (await ctx.account()) }),
  args: ({ to }) => [to],
  event: "StakeWithdrawn",
  result: (event) => ({ node: event.node as Hex, to: event.to as Hex, amount: event.amount }),
  echo: () => ({}),
});
