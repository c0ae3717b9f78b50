import type { Commitments } from "../../eip712/versions.js";
import type { Hex } from "../../hex.js";
import { read } from "../read.js";

/** Tier 2, experimental: both digests of a version, once they are proven to mean the same weights; all zero before. */
export const digestsOf = read({
  contract: "VersionProofs",
  method: "digestsOf",
  args: ({ versionHash }: { versionHash: Hex }) => [versionHash],
  result: (value) => value as Commitments,
});
