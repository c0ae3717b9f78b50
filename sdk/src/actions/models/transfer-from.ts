import type { Hex } from "../../hex.js";
import { writeResolved } from "../write.js";

/**
 * Transfers a model (ERC-721). `from` is the caller when not given. Lines stay with their accounts.
 */
export const transferFrom = writeResolved({
  contract: "ModelRegistry",
  method: "transferFrom",
  resolve: async (params: { from?: string; to: string; modelId: bigint }, ctx) => ({
    ...params,
    from: params.from ?? (await ctx.account()),
  }),
  args: ({ from, to, modelId }) => [from, to, modelId],
  event: "Transfer",
  result: (event) => ({ from: event.from as Hex, to: event.to as Hex, modelId: event.tokenId }),
  echo: () => ({}),
});
