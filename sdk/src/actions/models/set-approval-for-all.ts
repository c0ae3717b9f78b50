import type { Hex } from "../../hex.js";
import { write } from "../write.js";

/**
 * Lets `operator` transfer every model of the caller (ERC-721), or no longer.
 */
export const setApprovalForAll = write({
  contract: "ModelRegistry",
  method: "setApprovalForAll",
  args: (params: { operator: string; approved: boolean }) => [params.operator, params.approved],
  event: "ApprovalForAll",
  result: (event) => ({ owner: event.owner as Hex, operator: event.operator as Hex, approved: event.approved }),
});
