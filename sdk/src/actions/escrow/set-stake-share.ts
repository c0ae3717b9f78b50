import type { Hex } from "../../hex.js";
import { write } from "../write.js";

/**
 * Lets unvested pay of lane O on a line of the calling node come to 2^-(share + 1) of its stake, thawing aside: `share` from 1
 * to 15, or 0, as before, for no lane O there. All lines together: a quarter at most.
 */
export const setStakeShare = write({
  contract: "InferenceEscrow",
  method: "setStakeShare",
  args: (params: { lineId: Hex; share: number }) => [params.lineId, params.share],
  event: "StakeShareSet",
  result: (event) => ({ node: event.node as Hex, lineId: event.lineId as Hex, share: event.share }),
});
