import type { Hex } from "../../hex.js";
import { writeResolved } from "../write.js";

/**
 * Sends what slashes owe to the caller to `to`, or to the caller.
 */
export const withdrawCompensation = writeResolved({
  contract: "NodeRegistry",
  method: "withdrawCompensation",
  resolve: async (params: { to?: string } | undefined, ctx) => ({ to: params?.to ?? (await ctx.account()) }),
  args: ({ to }) => [to],
  event: "CompensationWithdrawn",
  result: (event) => ({ victim: event.victim as Hex, to: event.to as Hex, amount: event.amount }),
  echo: () => ({}),
});
