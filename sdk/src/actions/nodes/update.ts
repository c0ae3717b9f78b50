import type { Hex } from "../../hex.js";
import { write } from "../write.js";

/**
 * Changes the caller's endpoint and payout address.
 */
export const update = write({
  contract: "NodeRegistry",
  method: "update",
  args: (params: { endpoint: string; payout: string }) => [params.endpoint, params.payout],
  event: "NodeUpdated",
  result: (event) => ({ node: event.node as Hex, endpoint: event.endpoint, payout: event.payout as Hex }),
});
