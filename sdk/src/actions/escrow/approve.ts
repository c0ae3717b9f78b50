import type { Hex } from "../../hex.js";
import { call } from "../read.js";
import { writeResolved } from "../write.js";

/** Lets the escrow take exactly `amount` units from the caller. */
export const approve = writeResolved({
  contract: "Token",
  method: "approve",
  resolve: async ({ amount }: { amount: bigint }, ctx) => ({
    spender: ctx.addressOf("InferenceEscrow"),
    value: amount * (await call(ctx, "InferenceEscrow", "UNIT", [])),
  }),
  args: ({ spender, value }) => [spender, value],
  event: "Approval",
  result: ({ owner, spender, value }) => ({ owner: owner as Hex, spender: spender as Hex, value }),
  echo: () => ({}),
});
