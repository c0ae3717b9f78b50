import type { Hex } from "../../hex.js";
import { writeResolved } from "../write.js";

/** Sends what a node earned on a line to its payout address. Anybody may call; the caller's own when `node` is not given. */
export const collect = writeResolved({
  contract: "InferenceEscrow",
  method: "collect",
  resolve: async (params: { lineId: Hex; node?: string }, ctx) => ({
    lineId: params.lineId,
    node: params.node ?? (await ctx.account()),
  }),
  args: ({ node, lineId }) => [node, lineId],
  event: "Withdrawn",
  result: (event) => ({ node: event.account as Hex, to: event.to as Hex, amount: event.amount }),
  echo: () => ({}),
});
