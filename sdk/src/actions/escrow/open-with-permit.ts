import { writeResolved } from "../write.js";
import { type OpenParameters, openedChannel, openingOf } from "./opening.js";
import { signPermit } from "./permit.js";

/** {@link open} with a permit (EIP-2612) that is signed on the way instead of an approval. `deadline`: Unix seconds. */
export const openWithPermit = writeResolved({
  contract: "InferenceEscrow",
  method: "openWithPermit",
  resolve: async (params: OpenParameters & { deadline: bigint }, ctx) => ({
    opening: openingOf(params),
    permit: await signPermit(ctx, params.amount, params.deadline),
  }),
  args: ({ opening, permit }) => [opening, permit],
  event: "ChannelOpened",
  result: openedChannel,
  echo: () => ({}),
});
