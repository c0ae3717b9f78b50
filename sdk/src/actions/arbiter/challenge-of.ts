import type { ChannelId, RunningChallenge } from "../../types.js";
import { read } from "../read.js";

/** The open challenge of a channel; all zero when there is none. */
export const challengeOf = read({
  contract: "InferenceArbiter",
  method: "challengeOf",
  args: ({ node, lineId, channel }: ChannelId, ctx) => [ctx.addressOf("InferenceEscrow"), node, lineId, channel],
  result: (value) => value as RunningChallenge,
});
