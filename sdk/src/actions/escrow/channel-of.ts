import type { Channel } from "../../types.js";
import { read } from "../read.js";

/** A channel as it stands. Reverts with `InferenceEscrow_UnknownChannel`. */
export const channelOf = read({
  contract: "InferenceEscrow",
  method: "channelOf",
  args: (params: { node: string; channel: bigint }) => [params.node, params.channel],
  result: (value) => value as Channel,
});
