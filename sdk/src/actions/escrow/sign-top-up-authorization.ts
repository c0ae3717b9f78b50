import { escrowDomain } from "../../eip712/domains.js";
import { hashTopUp } from "../../eip712/instructions.js";
import { decoded } from "../../errors/decode.js";
import type { Hex } from "../../hex.js";
import type { ChannelId } from "../../types.js";
import { action } from "../bind.js";
import { newSalt, signAuthorization } from "./authorization.js";

/** Authorises the caller's money for one top-up: `topUpWithAuthorization`. `validBefore`: Unix seconds. */
export const signTopUpAuthorization = action(
  [],
  (ctx) => async (params: ChannelId & { amount: bigint; validBefore: bigint; salt?: bigint }) => {
    const { node, lineId, channel, amount, validBefore, salt = newSalt() } = params;
    const domain = escrowDomain(ctx.chainId, ctx.addressOf("InferenceEscrow"));
    const nonce = hashTopUp(domain, { node, lineId, channel, amount, salt });
    const authorization = await decoded("InferenceEscrow", () =>
      signAuthorization(ctx, amount, validBefore, salt, nonce),
    );
    return { node, lineId, channel, amount, from: (await ctx.account()) as Hex, authorization };
  },
);
