import type { EventValues } from "../../contracts.js";
import type { Hex } from "../../hex.js";
import type { ChannelId } from "../../types.js";
import { write } from "../write.js";

/** What `wait` of a close request gives. */
export function closeRequested(event: EventValues<"InferenceEscrow", "CloseRequested">) {
  const { channel, closeAt } = event;
  return { node: event.node as Hex, lineId: event.lineId as Hex, channel, closeAt };
}

/** Starts the close of the caller's channel; the node may settle until `closeAt`. */
export const requestClose = write({
  contract: "InferenceEscrow",
  method: "requestClose",
  args: ({ node, lineId, channel }: ChannelId) => [node, lineId, channel],
  event: "CloseRequested",
  result: closeRequested,
});
