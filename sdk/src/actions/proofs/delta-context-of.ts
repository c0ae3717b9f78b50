import type { Hex } from "../../hex.js";
import { read } from "../read.js";

/** Public input that binds the proof, as the chain computes it; see `deltaContext`. */
export const deltaContextOf = read({
  contract: "VersionProofs",
  method: "deltaContext",
  args: ({ lineId, versionHash }: { lineId: Hex; versionHash: Hex }) => [lineId, versionHash],
});
