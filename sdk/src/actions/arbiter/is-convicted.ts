import type { Hex } from "../../hex.js";
import { read } from "../read.js";

/** Whether an offence was convicted. */
export const isConvicted = read({
  contract: "InferenceArbiter",
  method: "isConvicted",
  args: ({ offenceId }: { offenceId: Hex }) => [offenceId],
});
