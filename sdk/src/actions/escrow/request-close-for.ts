import type { Hex } from "../../hex.js";
import type { ChannelId } from "../../types.js";
import { write } from "../write.js";
import { closeRequested } from "./request-close.js";

/** {@link requestClose} with the payer's signature (`signCloseRequest`); anybody may carry it. */
export const requestCloseFor = write({
  contract: "InferenceEscrow",
  method: "requestCloseFor",
  args: (params: ChannelId & { deadline: bigint; signature: Hex }) => [
    params.node,
    params.lineId,
    params.channel,
    params.deadline,
    params.signature,
  ],
  event: "CloseRequested",
  result: closeRequested,
});
