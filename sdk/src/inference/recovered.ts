import { max } from "../bigint.js";
import type { Receipt } from "../eip712/types.js";
import type { Channel } from "../types.js";
import { misfitOf } from "./accept.js";
import { type ChannelState, FRESH_CHANNEL } from "./state.js";
import { missing, settleLost } from "./tickets.js";

/** What is certain about a channel: each part was checked against who alone can have made it. */
export interface Evidence {
  /** Cumulative amount of the highest voucher shown that the channel's signer signed, units; null when none was. */
  voucher: bigint | null;
  /** The newest receipt shown that an enclave of the node signed; null when none was. */
  receipt: Pick<Receipt, "seq" | "cumulative"> | null;
  onChain: Pick<Channel, "paid"> & Partial<Pick<Channel, "optimistic">>;
  /** What was remembered before the node was asked. */
  asked: ChannelState | undefined;
  /** Unix milliseconds. */
  now: number;
}

/** What contradicts the evidence; `state` is set when the payer can go on from there all the same. */
export interface Lie {
  what: string;
  details: Readonly<Record<string, unknown>>;
  state?: ChannelState;
}

/**
 * State of a channel from what cannot be invented: what the payer remembers (`known`, now), a voucher that he signed, a receipt
 * of the node's enclave for no more than that, and what the chain paid. Never goes back behind what is known.
 */
export function recovered(known: ChannelState | undefined, e: Evidence): { state: ChannelState } | { lie: Lie } {
  const { receipt, asked, onChain } = e;
  const { paid } = onChain;
  const remembered = known ?? FRESH_CHANNEL;
  // What lane V paid was signed. Lane O asks for no signature.
  const proven = onChain.optimistic === true ? 0n : paid;
  const signed = max(max(remembered.signed, e.voucher ?? 0n), proven);
  // The voucher that a node shows is one that it took.
  const used = max(max(remembered.used, e.voucher ?? 0n), proven);
  if (signed < paid) {
    return lie("took more than it holds a voucher for: challenge it", { paid, signed });
  }
  if (receipt === null || receipt.seq <= remembered.seq) {
    if (receipt !== null && receipt.seq === remembered.seq && receipt.cumulative !== remembered.metered) {
      return lie("shows another receipt with the number of one that it gave", { seq: receipt.seq });
    }
    const shown = receipt?.seq ?? 0n;
    if (asked !== undefined && shown < asked.seq) return lie("lost receipts that it gave", { shown, seq: asked.seq });
    if (remembered.metered < paid) {
      return lie("shows no receipt for what the chain paid", { paid, metered: remembered.metered });
    }
    return { state: settleLost({ ...remembered, signed, used }, e.now) };
  }
  const { seq, cumulative } = receipt;
  if (cumulative > signed) return lie("metered more than was signed", { cumulative, signed });
  if (cumulative < max(remembered.metered, paid)) {
    return lie("shows a receipt below what was metered before", { cumulative, paid });
  }
  const next = { ...remembered, signed, used, seq, metered: cumulative };
  if (known === undefined) return { state: next };

  const gap = { first: known.seq + 1n, last: seq, before: known.metered, after: cumulative };
  const grown = { ...next, gaps: [...known.gaps, gap] };
  const excess = missing(grown) - BigInt(known.tickets.length) - known.doubt.count;
  if (excess <= 0n && misfitOf(gap, known.tickets, known.doubt) === undefined) {
    return { state: settleLost(grown, e.now) };
  }
  const { count, amount } = known.doubt;
  const doubt = { count: count + (gap.last - gap.first + 1n), amount: amount + (gap.after - gap.before) };
  const state = settleLost({ ...grown, doubt }, e.now);
  // A voucher beyond what this store knows of: somebody else uses the channel with the same key.
  if (e.voucher !== null && e.voucher > known.signed) return { state };
  return lie(
    "metered requests that were not made, or that it refused",
    { metered: cumulative, known: known.metered },
    state,
  );
}

function lie(what: string, details: Readonly<Record<string, unknown>>, state?: ChannelState): { lie: Lie } {
  return { lie: state === undefined ? { what, details } : { what, details, state } };
}
