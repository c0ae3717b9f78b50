import type { Hex } from "../../hex.js";
import { write } from "../write.js";

/**
 * Lets `to` transfer one model (ERC-721); the zero address ends it.
 */
export const approve = write({
  contract: "ModelRegistry",
  method: "approve",
  args: (params: { to: string; modelId: bigint }) => [params.to, params.modelId],
  event: "Approval",
  result: (event) => ({ owner: event.owner as Hex, approved: event.approved as Hex, modelId: event.tokenId }),
});
