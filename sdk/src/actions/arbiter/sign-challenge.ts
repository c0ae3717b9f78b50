import { escrowDomain } from "../../eip712/domains.js";
import { signChallenge as sign } from "../../eip712/instructions.js";
import { decoded } from "../../errors/decode.js";
import type { ChannelId } from "../../types.js";
import { action } from "../bind.js";

/** The channel's signer lets others challenge for him: `challengeFor`. `deadline`: Unix seconds. */
export const signChallenge = action([], (ctx) => async (params: ChannelId & { asserted: bigint; deadline: bigint }) => {
  const { node, lineId, channel, asserted, deadline } = params;
  const domain = escrowDomain(ctx.chainId, ctx.addressOf("InferenceEscrow"));
  const word = { node, lineId, channel, asserted, deadline };
  return { ...word, signature: await decoded("InferenceArbiter", () => sign(ctx.signer, domain, word)) };
});
