import type { Context } from "../../context.js";
import type { EventValues } from "../../contracts.js";
import { ZERO_ADDRESS } from "../../eip712/versions.js";
import type { Hex } from "../../hex.js";

/** Seconds from a close request to the end of all pay, unless somebody says otherwise. */
export const CLOSE_DELAY = 86_400n;

/** A channel to open. */
export interface OpenParameters {
  node: string;
  lineId: Hex;
  /** Who gets the rest back. Default: the caller. */
  payer?: string;
  /** Whose key signs vouchers: an account with a private key. Default: the payer. */
  signer?: string;
  /** Units; see `parameters().unit`. */
  amount: bigint;
  /** Seconds; default one day. */
  closeDelay?: bigint;
  /** Whether lane O may debit it. Default: no. */
  optimistic?: boolean;
}

/** The contract's struct. */
export interface Opening {
  node: string;
  lineId: Hex;
  payer: string;
  signer: string;
  amount: bigint;
  closeDelay: bigint;
  optimistic: boolean;
}

/** Fills in what was left out; zero stands for the caller and for the payer, and is cheaper. */
export function openingOf(params: OpenParameters): Opening {
  const { node, lineId, amount } = params;
  return {
    node,
    lineId,
    payer: params.payer ?? ZERO_ADDRESS,
    signer: params.signer ?? ZERO_ADDRESS,
    amount,
    closeDelay: params.closeDelay ?? CLOSE_DELAY,
    optimistic: params.optimistic ?? false,
  };
}

/** The same for somebody else to carry: who pays and who signs is named. */
export async function namedOpening(params: OpenParameters, ctx: Context): Promise<Opening> {
  const payer = params.payer ?? (await ctx.account());
  return { ...openingOf(params), payer, signer: params.signer ?? payer };
}

/** What `wait` of an opening gives. */
export function openedChannel(event: EventValues<"InferenceEscrow", "ChannelOpened">) {
  return {
    node: event.node as Hex,
    lineId: event.lineId as Hex,
    channel: event.channel,
    payer: event.payer as Hex,
    signer: event.signer as Hex,
    amount: event.amount,
    closeDelay: event.closeDelay,
    optimistic: event.optimistic,
  };
}
