import type { Hex } from "../../hex.js";
import { write } from "../write.js";

/**
 * Lets NodeRegistry take exactly `amount` of the stake token (its smallest unit) from the caller.
 */
export const approveStake = write({
  contract: "Token",
  method: "approve",
  args: (params: { amount: bigint }, ctx) => [ctx.addressOf("NodeRegistry"), params.amount],
  event: "Approval",
  result: (event) => ({ owner: event.owner as Hex, spender: event.spender as Hex, amount: event.value }),
});
