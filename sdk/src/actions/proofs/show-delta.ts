import type { Hex } from "../../hex.js";
import type { Point } from "../../types.js";
import { write } from "../write.js";

/**
 * Tier 2, experimental: shows that the anchor of version `next` is that of `base` plus `delta`. Whoever opens `delta`, or committed to it
 * before, has thereby shown what was learnt. Anybody may call.
 */
export const showDelta = write({
  contract: "VersionProofs",
  method: "showDelta",
  args: (params: { base: Hex; next: Hex; delta: Point }) => [params.base, params.next, params.delta],
  event: "DeltaShown",
  result: (event) => ({ base: event.base as Hex, next: event.next as Hex, delta: event.delta as Point }),
});
