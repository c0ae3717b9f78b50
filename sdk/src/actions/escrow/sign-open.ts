import { escrowDomain } from "../../eip712/domains.js";
import { signOpen as sign } from "../../eip712/instructions.js";
import { decoded } from "../../errors/decode.js";
import { action } from "../bind.js";
import { newSalt } from "./authorization.js";
import { namedOpening, type OpenParameters } from "./opening.js";

/** Signs an opening of the caller's channel for somebody else to carry: `openFor`. `deadline`: Unix seconds. */
export const signOpen = action([], (ctx) => async (params: OpenParameters & { deadline: bigint; salt?: bigint }) => {
  const { deadline, salt = newSalt() } = params;
  const opening = await namedOpening(params, ctx);
  const domain = escrowDomain(ctx.chainId, ctx.addressOf("InferenceEscrow"));
  const signature = await decoded("InferenceEscrow", () => sign(ctx.signer, domain, { ...opening, salt, deadline }));
  return { opening, salt, deadline, signature };
});
