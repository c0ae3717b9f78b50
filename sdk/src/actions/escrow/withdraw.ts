import type { Hex } from "../../hex.js";
import { writeResolved } from "../write.js";

/**
 * Sends what released channels owe to the caller to `to`, or to the caller.
 */
export const withdraw = writeResolved({
  contract: "InferenceEscrow",
  method: "withdraw",
  resolve: async (params: { to?: string } | undefined, ctx) => ({ to: params?.to ?? (await ctx.account()) }),
  args: ({ to }) => [to],
  event: "Withdrawn",
  result: (event) => ({ account: event.account as Hex, to: event.to as Hex, amount: event.amount }),
  echo: () => ({}),
});
