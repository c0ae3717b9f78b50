import type { ChannelId } from "../../types.js";
import { writeResolved } from "../write.js";
import { signPermit } from "./permit.js";
import { toppedUp } from "./top-up.js";

/** {@link topUp} with a permit (EIP-2612) that is signed on the way. `deadline`: Unix seconds. */
export const topUpWithPermit = writeResolved({
  contract: "InferenceEscrow",
  method: "topUpWithPermit",
  resolve: async (params: ChannelId & { amount: bigint; deadline: bigint }, ctx) => ({
    ...params,
    permit: await signPermit(ctx, params.amount, params.deadline),
  }),
  args: ({ node, lineId, channel, amount, permit }) => [node, lineId, channel, amount, permit],
  event: "ChannelToppedUp",
  result: toppedUp,
  echo: () => ({}),
});
