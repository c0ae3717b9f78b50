import type { Hex } from "../../hex.js";
import type { ProofPolicy } from "../../types.js";
import { read } from "../read.js";

/** What a line asks of work at `time`, Unix seconds; all zero when it asks for nothing. */
export const policyAt = read({
  contract: "VersionProofs",
  method: "policyAt",
  args: ({ lineId, time }: { lineId: Hex; time: bigint }) => [lineId, time],
  result: (value) => value as ProofPolicy,
});
