import { write } from "../write.js";
import { type OpenParameters, openedChannel, openingOf } from "./opening.js";

export type { OpenParameters } from "./opening.js";

/** Opens a channel towards a node for a line with the caller's money; `approve` before. */
export const open = write({
  contract: "InferenceEscrow",
  method: "open",
  args: (params: OpenParameters) => [openingOf(params)],
  event: "ChannelOpened",
  result: openedChannel,
});
