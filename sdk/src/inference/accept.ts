import { max } from "../bigint.js";
import type { Receipt } from "../eip712/types.js";
import type { InferenceErrorCode } from "./errors.js";
import type { ChannelState, Doubt, Gap, Ticket } from "./state.js";
import { missing, tidy } from "./tickets.js";

/** Where a receipt stands among the others of its channel. */
export type ReceiptPlace = Pick<Receipt, "seq" | "cumulative" | "price">;

/** Why a receipt does not fit to what is known. */
export interface Misfit {
  code: Extract<InferenceErrorCode, "RECEIPT_WRONG_SEQ" | "RECEIPT_WRONG_AMOUNT">;
  field: "seq" | "cumulative";
  expected: string;
}

/**
 * Commits a verified receipt of `ticket`, in whatever order receipts come: its number is new, its sum lies between those of its
 * neighbours by exactly what is missing there, and nothing is beyond what was signed.
 */
export function accept(state: ChannelState, ticket: Ticket, place: ReceiptPlace): ChannelState | Misfit {
  const { seq, cumulative, price } = place;
  const tickets = state.tickets.filter(({ id }) => id !== ticket.id);
  // A ticket that was given up meanwhile comes back with its receipt.
  const wasGivenUp = tickets.length === state.tickets.length;
  const doubt = wasGivenUp ? without(state.doubt, price) : state.doubt;
  if (seq <= ticket.after) return wrongSeq(`above ${ticket.after}, the newest when the request was made`);
  if (cumulative > state.signed) return wrongAmount(`at most ${state.signed}, which was signed`);

  const around = placeOf(state, place);
  if (around === undefined) return wrongSeq("one that no other receipt has");
  for (const gap of [around.below, around.above]) {
    const reason = misfitOf(gap, tickets, doubt);
    if (reason !== undefined) return reason;
  }
  const gaps = [
    ...state.gaps.filter((gap) => gap !== around.within),
    ...[around.below, around.above].filter(({ first, last }) => first <= last),
  ].sort((a, b) => (a.first < b.first ? -1 : 1));
  const isNewest = seq > state.seq;
  const next = {
    ...state,
    gaps,
    tickets,
    doubt,
    used: max(state.used, ticket.cumulative),
    seq: isNewest ? seq : state.seq,
    metered: isNewest ? cumulative : state.metered,
  };
  const explained = BigInt(tickets.length) + doubt.count;
  if (missing(next) > explained) return wrongSeq(`at most ${explained} receipts left out`);
  return tidy(next);
}

/** The numbers left out on either side of a receipt; `first > last` when none are. Undefined when its own is taken. */
function placeOf(
  state: ChannelState,
  { seq, cumulative, price }: ReceiptPlace,
): { within: Gap | undefined; below: Gap; above: Gap } | undefined {
  const start = cumulative - price;
  if (seq > state.seq) {
    return {
      within: undefined,
      below: { first: state.seq + 1n, last: seq - 1n, before: state.metered, after: start },
      above: { first: seq + 1n, last: seq, before: cumulative, after: cumulative },
    };
  }
  const within = state.gaps.find(({ first, last }) => first <= seq && seq <= last);
  if (within === undefined) return undefined;
  return {
    within,
    below: { ...within, last: seq - 1n, after: start },
    above: { ...within, first: seq + 1n, before: cumulative },
  };
}

/** Whether these tickets, and requests in doubt, can have cost what is missing in a gap: prices are ceilings. */
export function misfitOf(gap: Gap, tickets: readonly Ticket[], doubt: Doubt): Misfit | undefined {
  const count = gap.last - gap.first + 1n;
  const amount = gap.after - gap.before;
  if (count <= 0n) return amount === 0n ? undefined : wrongAmount(`${gap.before} and the price`);
  if (count > BigInt(tickets.length) + doubt.count) {
    return wrongSeq(`at most ${BigInt(tickets.length) + doubt.count} receipts left out`);
  }
  const prices = tickets.map(({ price }) => price).sort((a, b) => (a < b ? 1 : a > b ? -1 : 0));
  const most = prices.slice(0, Number(count)).reduce((sum, price) => sum + price, doubt.amount);
  if (amount >= 0n && amount <= most) return undefined;
  return wrongAmount(`at most ${most} for ${count} receipts left out`);
}

function without({ count, amount }: Doubt, price: bigint): Doubt {
  return { count: max(count - 1n, 0n), amount: max(amount - price, 0n) };
}

const wrongSeq = (expected: string): Misfit => ({ code: "RECEIPT_WRONG_SEQ", field: "seq", expected });
const wrongAmount = (expected: string): Misfit => ({ code: "RECEIPT_WRONG_AMOUNT", field: "cumulative", expected });
