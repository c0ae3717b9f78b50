import type { Hex } from "../../hex.js";
import { read } from "../read.js";

/** Public input that binds the proof, as the chain computes it; see `registrationContext`. */
export const registrationContextOf = read({
  contract: "VersionProofs",
  method: "registrationContext",
  args: ({ lineId, versionHash }: { lineId: Hex; versionHash: Hex }) => [lineId, versionHash],
});
