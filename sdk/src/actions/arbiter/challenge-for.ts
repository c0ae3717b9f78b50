import type { Hex } from "../../hex.js";
import type { ChannelId } from "../../types.js";
import { writeResolved } from "../write.js";
import { challengeOpened } from "./challenge.js";

/** {@link challenge} by anybody, with the signer's word (`signChallenge`). */
export const challengeFor = writeResolved({
  contract: "InferenceArbiter",
  method: "challengeFor",
  resolve: (params: ChannelId & { asserted: bigint; deadline: bigint; signature: Hex }) => params,
  args: ({ node, lineId, channel, asserted, deadline, signature }, ctx) => [
    ctx.addressOf("InferenceEscrow"),
    node,
    lineId,
    channel,
    asserted,
    deadline,
    signature,
  ],
  event: "ChallengeOpened",
  result: challengeOpened,
  echo: () => ({}),
});
