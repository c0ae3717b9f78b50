/** A request that may be metered: its price is set aside until a receipt, or the node's recovery, says which. */
export interface Ticket {
  /** Idempotency key of the request. */
  readonly id: string;
  /** Units, the most that it can cost. */
  readonly price: bigint;
  /** Cumulative amount of its voucher, units: no other request that may be metered has the same. */
  readonly cumulative: bigint;
  /** Number of the newest receipt when it was made: its own has a higher one. */
  readonly after: bigint;
  /** Unix milliseconds after which nobody waits for its answer any more. */
  readonly until: number;
  /** Its answer did not come, and it may have been metered. */
  readonly lost: boolean;
}

/** Numbers below the newest one whose receipts have not come (yet). */
export interface Gap {
  readonly first: bigint;
  readonly last: bigint;
  /** Cumulative amount of the receipt before, units. */
  readonly before: bigint;
  /** Cumulative amount of the last of them, units. */
  readonly after: bigint;
}

/** Requests that were given up without knowing whether the node will meter them after all. */
export interface Doubt {
  readonly count: bigint;
  /** Units. */
  readonly amount: bigint;
}

/**
 * What a payer remembers of a channel; amounts in units. At most as many gaps as tickets and doubts, however old it gets. It
 * holds that what the node metered <= metered - gaps + tickets <= signed, doubts aside.
 */
export interface ChannelState {
  readonly kind: "channel";
  /** Highest cumulative amount of a voucher that was signed. */
  readonly signed: bigint;
  /** Highest cumulative amount of a voucher that paid for a request, as far as is known: a voucher pays once. */
  readonly used: bigint;
  /** Cumulative amount of the newest receipt. */
  readonly metered: bigint;
  /** Number of the newest receipt; 0 before the first. */
  readonly seq: bigint;
  /** By rising numbers. */
  readonly gaps: readonly Gap[];
  /** Oldest first. */
  readonly tickets: readonly Ticket[];
  readonly doubt: Doubt;
}

/** A deposit that was decided and is not settled yet. */
export interface PendingDeposit {
  readonly id: string;
  readonly node: string;
  /** Units. */
  readonly amount: bigint;
  /** The channel to top up; null for one to be opened. */
  readonly channel: bigint | null;
  /** Who signs vouchers of the channel to be opened. */
  readonly signer: string;
  /** What there was before: units deposited, or the number of channels. */
  readonly before: bigint;
  /** Of the transaction, once it is known. */
  readonly hash: string | null;
  /** Unix milliseconds after which nobody waits for it any more; it then counts as spent. */
  readonly until: number;
}

/** A channel that was opened automatically. */
export interface OpenedChannel {
  readonly node: string;
  readonly signer: string;
  readonly channel: bigint;
}

/** What an account deposited automatically for one line; amounts in units. */
export interface BudgetState {
  readonly kind: "budget";
  /** All that was ever deposited, or may have been. */
  readonly spent: bigint;
  readonly pending: readonly PendingDeposit[];
  /** The newest one of each node and signer. */
  readonly channels: readonly OpenedChannel[];
}

/** Nothing signed, nothing metered. */
export const FRESH_CHANNEL: ChannelState = Object.freeze({
  kind: "channel",
  signed: 0n,
  used: 0n,
  metered: 0n,
  seq: 0n,
  gaps: [],
  tickets: [],
  doubt: { count: 0n, amount: 0n },
});

/** Nothing spent. */
export const FRESH_BUDGET: BudgetState = Object.freeze({ kind: "budget", spent: 0n, pending: [], channels: [] });
