import type { Hex } from "../../hex.js";
import { write } from "../write.js";

/**
 * Lets `amount` of the caller's stake thaw in all, and restarts the timer; 0 ends a thaw.
 */
export const requestThaw = write({
  contract: "NodeRegistry",
  method: "requestThaw",
  args: (params: { amount: bigint }) => [params.amount],
  event: "ThawRequested",
  result: (event) => ({ node: event.node as Hex, amount: event.amount, thawAt: event.thawAt }),
});
