import type { Hex } from "../../hex.js";
import { call } from "../read.js";
import { writeResolved } from "../write.js";

/** Lets the arbiter take one bond from the caller. */
export const approveBond = writeResolved({
  contract: "Token",
  method: "approve",
  resolve: async (_: undefined, ctx) => {
    const [bond, unit] = await Promise.all([
      call(ctx, "InferenceArbiter", "BOND", []),
      call(ctx, "InferenceEscrow", "UNIT", []),
    ]);
    return { spender: ctx.addressOf("InferenceArbiter"), value: bond * unit };
  },
  args: ({ spender, value }) => [spender, value],
  event: "Approval",
  result: ({ owner, spender, value }) => ({ owner: owner as Hex, spender: spender as Hex, value }),
  echo: () => ({}),
});
