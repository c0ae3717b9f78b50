import type { Hex } from "../../hex.js";
import { write } from "../write.js";

/**
 * Adds to the caller's stake, in the token's smallest unit; `approveStake` before.
 */
export const addStake = write({
  contract: "NodeRegistry",
  method: "addStake",
  args: (params: { amount: bigint }) => [params.amount],
  event: "StakeAdded",
  result: (event) => ({ node: event.node as Hex, amount: event.amount, stake: event.stake }),
});
