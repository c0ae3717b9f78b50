import { escrowDomain } from "../../eip712/domains.js";
import { hashOpen } from "../../eip712/instructions.js";
import { decoded } from "../../errors/decode.js";
import { action } from "../bind.js";
import { newSalt, signAuthorization } from "./authorization.js";
import { namedOpening, type OpenParameters } from "./opening.js";

/** Deadline of an opening that is a nonce: none, for EIP-3009 has its own. */
const NO_DEADLINE = 2n ** 256n - 1n;

/** Authorises the caller's money for one opening: `openWithAuthorization`. `validBefore`: Unix seconds. */
export const signOpenAuthorization = action(
  [],
  (ctx) => async (params: OpenParameters & { validBefore: bigint; salt?: bigint }) => {
    const { validBefore, salt = newSalt() } = params;
    const opening = await namedOpening(params, ctx);
    const domain = escrowDomain(ctx.chainId, ctx.addressOf("InferenceEscrow"));
    const nonce = hashOpen(domain, { ...opening, salt, deadline: NO_DEADLINE });
    const authorization = await decoded("InferenceEscrow", () =>
      signAuthorization(ctx, params.amount, validBefore, salt, nonce),
    );
    return { opening, authorization };
  },
);
