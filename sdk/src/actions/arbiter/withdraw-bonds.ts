import type { Hex } from "../../hex.js";
import { writeResolved } from "../write.js";

/** Sends what the caller has from bonds to `to`, or to the caller. */
export const withdrawBonds = writeResolved({
  contract: "InferenceArbiter",
  method: "withdrawBonds",
  resolve: async (params: { to?: string } | undefined, ctx) => ({ to: params?.to ?? (await ctx.account()) }),
  args: ({ to }, ctx) => [ctx.addressOf("InferenceEscrow"), to],
  event: "BondsWithdrawn",
  result: (event) => ({ account: event.account as Hex, to: event.to as Hex, amount: event.amount }),
  echo: () => ({}),
});
