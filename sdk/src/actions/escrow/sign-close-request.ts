import { escrowDomain } from "../../eip712/domains.js";
import { signCloseRequest as sign } from "../../eip712/instructions.js";
import { decoded } from "../../errors/decode.js";
import type { ChannelId } from "../../types.js";
import { action } from "../bind.js";

/** Signs a close request of the caller's channel for somebody else to carry: `requestCloseFor`. */
export const signCloseRequest = action([], (ctx) => async (params: ChannelId & { deadline: bigint }) => {
  const { node, lineId, channel, deadline } = params;
  const domain = escrowDomain(ctx.chainId, ctx.addressOf("InferenceEscrow"));
  const request = { node, lineId, channel, deadline };
  return { ...request, signature: await decoded("InferenceEscrow", () => sign(ctx.signer, domain, request)) };
});
