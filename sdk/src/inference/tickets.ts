import { max } from "../bigint.js";
import type { ChannelState, Ticket } from "./state.js";

/** What a request wants to set aside. */
export interface Reservation {
  /** Idempotency key. */
  id: string;
  /** Units. */
  price: bigint;
  /** Unix milliseconds after which nobody waits for the answer. */
  until: number;
}

/** The bounds of a reservation. */
export interface Bounds {
  /** Units deposited and confirmed: no voucher is signed beyond. */
  deposited: bigint;
  /** Units that the chain paid: what is known must reach that. */
  paid: bigint;
  /** Most tickets at once. */
  maxInFlight: number;
  /** Unix milliseconds. */
  now: number;
}

export type Reserved =
  /** Sign `ticket.cumulative`. */
  | { outcome: "reserved"; ticket: Ticket }
  /** What is known of the channel is not all: ask the node first. */
  | { outcome: "recover" }
  /** The deposit does not cover `cumulative`. */
  | { outcome: "short"; cumulative: bigint }
  /** Too many requests are under way. */
  | { outcome: "busy"; inFlight: number };

/** Units metered for requests whose receipts are here. */
export function committed({ metered, gaps }: ChannelState): bigint {
  return gaps.reduce((sum, gap) => sum - (gap.after - gap.before), metered);
}

/** Units that the node may have metered at most: a voucher for one more request has to cover this and its price. */
export function claimable(state: ChannelState): bigint {
  const reserved = state.tickets.reduce((sum, { price }) => sum + price, 0n);
  // Receipts say what was metered; requests in doubt may be among it, and have no ticket any more.
  return max(committed(state) + reserved, state.metered);
}

/** How many receipts are missing below the newest one. */
export function missing({ gaps }: ChannelState): bigint {
  return gaps.reduce((count, { first, last }) => count + last - first + 1n, 0n);
}

/** Whether somebody still waits for this ticket's answer. */
export function isLive({ lost, until }: Ticket, now: number): boolean {
  return !lost && now <= until;
}

/**
 * Sets a request's price aside. Of requests at any number of processes, each gets a voucher of its own that covers all that
 * came before it: in whatever order they reach the node, the highest voucher among those that it metered covers them all.
 * Settled vouchers are public, so a node takes each for one request only: one that was taken is passed by.
 */
export function reserve(
  state: ChannelState | undefined,
  r: Reservation,
  b: Bounds,
): [ChannelState, Reserved] | Reserved {
  if (state === undefined || state.metered < b.paid || state.tickets.some((ticket) => !isLive(ticket, b.now))) {
    return { outcome: "recover" };
  }
  const inFlight = state.tickets.length;
  if (inFlight >= b.maxInFlight) return { outcome: "busy", inFlight };
  const taken = state.tickets.reduce((most, ticket) => max(most, ticket.cumulative), state.used);
  const least = claimable(state) + r.price;
  const cumulative = least > taken || r.price === 0n ? least : taken + 1n;
  if (cumulative > b.deposited) return { outcome: "short", cumulative };
  const ticket = { ...r, cumulative, after: state.seq, lost: false };
  const next = { ...state, signed: max(state.signed, cumulative), tickets: [...state.tickets, ticket] };
  return [next, { outcome: "reserved", ticket }];
}

/** Takes a request back that was not metered for certain; `billed` when receipts are missing that it alone could explain. */
export function release(state: ChannelState, id: string): [ChannelState, "released" | "billed"] {
  const tickets = state.tickets.filter((ticket) => ticket.id !== id);
  const gone = state.tickets.find((ticket) => ticket.id === id);
  if (gone === undefined) return [state, "released"];
  const isBilled = missing(state) > BigInt(tickets.length) + state.doubt.count;
  return [
    tidy(isBilled ? doubting({ ...state, tickets }, [gone]) : { ...state, tickets }),
    isBilled ? "billed" : "released",
  ];
}

/** Remembers that the answer of a request did not come. */
export function lose(state: ChannelState, id: string): ChannelState {
  if (!state.tickets.some((ticket) => ticket.id === id && !ticket.lost)) return state;
  return { ...state, tickets: state.tickets.map((ticket) => (ticket.id === id ? { ...ticket, lost: true } : ticket)) };
}

/** Gives up the tickets that nobody waits for: the node has shown its newest receipt since. */
export function settleLost(state: ChannelState, now: number): ChannelState {
  const lost = state.tickets.filter((ticket) => !isLive(ticket, now));
  if (lost.length === 0) return tidy(state);
  return tidy(doubting({ ...state, tickets: state.tickets.filter((ticket) => isLive(ticket, now)) }, lost));
}

function doubting(state: ChannelState, given: readonly Ticket[]): ChannelState {
  const { count, amount } = state.doubt;
  const price = given.reduce((sum, ticket) => sum + ticket.price, 0n);
  return { ...state, doubt: { count: count + BigInt(given.length), amount: amount + price } };
}

/** Closes gaps that no ticket can fill: they were requests in doubt, which the node metered after all. */
export function tidy(state: ChannelState): ChannelState {
  let { count, amount } = state.doubt;
  const gaps = state.gaps.filter(({ first, last, before, after }) => {
    const size = last - first + 1n;
    if (size > count || state.tickets.some((ticket) => ticket.after < last)) return true;
    count -= size;
    amount = max(amount - (after - before), 0n);
    return false;
  });
  return gaps.length === state.gaps.length ? state : { ...state, gaps, doubt: { count, amount } };
}
