import type { Hex } from "../../hex.js";
import { writeResolved } from "../write.js";

/** A channel to open. */
export interface OpenParameters {
  node: string;
  /** Whose key signs vouchers: an account with a private key. Default: the caller. */
  signer?: string;
  /** Units; see `parameters().unit`. */
  amount: bigint;
}

/** Opens a channel of the caller towards a node; `approve` before. */
export const open = writeResolved({
  contract: "InferenceEscrow",
  method: "open",
  resolve: async (params: OpenParameters, ctx) => ({ ...params, signer: params.signer ?? (await ctx.account()) }),
  args: ({ node, signer, amount }) => [node, signer, amount],
  event: "ChannelOpened",
  result: ({ node, channel, payer, signer, amount }) => ({
    node: node as Hex,
    channel,
    payer: payer as Hex,
    signer: signer as Hex,
    amount,
  }),
  echo: () => ({}),
});
