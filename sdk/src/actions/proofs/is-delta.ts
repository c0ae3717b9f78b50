import type { Hex } from "../../hex.js";
import type { Point } from "../../types.js";
import { read } from "../read.js";

/** Tier 2, experimental: whether the anchor of version `next` is that of `base` plus `delta`. */
export const isDelta = read({
  contract: "VersionProofs",
  method: "isDelta",
  args: ({ base, next, delta }: { base: Hex; next: Hex; delta: Point }) => [base, next, delta],
});
