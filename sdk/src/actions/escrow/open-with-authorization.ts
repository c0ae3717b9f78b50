import { write } from "../write.js";
import type { SignedAuthorization } from "./authorization.js";
import { type Opening, openedChannel } from "./opening.js";

/** {@link open} with money that the payer authorised by EIP-3009 (`signOpenAuthorization`); anybody may carry it. */
export const openWithAuthorization = write({
  contract: "InferenceEscrow",
  method: "openWithAuthorization",
  args: (params: { opening: Opening; authorization: SignedAuthorization }) => [params.opening, params.authorization],
  event: "ChannelOpened",
  result: openedChannel,
});
