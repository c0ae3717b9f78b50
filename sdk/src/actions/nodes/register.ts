import type { Hex } from "../../hex.js";
import { writeResolved } from "../write.js";

/**
 * Registers the caller as a node. `payout` gets what it earns; the caller when not given.
 */
export const register = writeResolved({
  contract: "NodeRegistry",
  method: "register",
  resolve: async (params: { endpoint: string; payout?: string }, ctx) => ({
    endpoint: params.endpoint,
    payout: params.payout ?? (await ctx.account()),
  }),
  args: ({ endpoint, payout }) => [endpoint, payout],
  event: "NodeRegistered",
  result: (event) => ({ node: event.node as Hex, endpoint: event.endpoint, payout: event.payout as Hex }),
  echo: () => ({}),
});
