import type { ChannelId } from "../../types.js";
import { write } from "../write.js";
import type { SignedAuthorization } from "./authorization.js";
import { toppedUp } from "./top-up.js";

/** {@link topUp} with money that `from` authorised by EIP-3009 (`signTopUpAuthorization`); anybody may carry it. */
export const topUpWithAuthorization = write({
  contract: "InferenceEscrow",
  method: "topUpWithAuthorization",
  args: (params: ChannelId & { amount: bigint; from: string; authorization: SignedAuthorization }) => [
    params.node,
    params.lineId,
    params.channel,
    params.amount,
    params.from,
    params.authorization,
  ],
  event: "ChannelToppedUp",
  result: toppedUp,
});
