import type { Hex } from "../../hex.js";
import { writeResolved } from "../write.js";

/**
 * Transfers a model and asks a receiving contract whether it takes ERC-721 tokens. `from` is the caller when not given.
 */
export const safeTransferFrom = writeResolved({
  contract: "ModelRegistry",
  method: "safeTransferFrom(address,address,uint256,bytes)",
  resolve: async (params: { from?: string; to: string; modelId: bigint; data?: Hex }, ctx) => ({
    data: "0x",
    ...params,
    from: params.from ?? (await ctx.account()),
  }),
  args: ({ from, to, modelId, data }) => [from, to, modelId, data],
  event: "Transfer",
  result: (event) => ({ from: event.from as Hex, to: event.to as Hex, modelId: event.tokenId }),
  echo: () => ({}),
});
