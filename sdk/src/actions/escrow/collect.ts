import type { Hex } from "../../hex.js";
import { writeResolved } from "../write.js";

/**
 * Sends what a node earned to its payout address. Anybody may call; the caller's own when `node` is not given.
 */
export const collect = writeResolved({
  contract: "InferenceEscrow",
  method: "collect",
  resolve: async (params: { node?: string } | undefined, ctx) => ({ node: params?.node ?? (await ctx.account()) }),
  args: ({ node }) => [node],
  event: "Withdrawn",
  result: (event) => ({ node: event.account as Hex, to: event.to as Hex, amount: event.amount }),
  echo: () => ({}),
});
