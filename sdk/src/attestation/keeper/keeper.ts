import { decodeError } from "../../errors/decode.js";
import type { Hex } from "../../hex.js";

/** Collateral that a contract holds, and where it comes anew from. */
export interface CollateralItem {
  /** What it is, for people: `TCB info of tdx 00806f050000`. */
  readonly name: string;
  /** Unix seconds of the chain until which what is stored counts; 0n when nothing is stored. */
  validUntil(): Promise<bigint>;
  /**
   * Fetches the newest and, when it is newer than what is stored, tries it out and sends it. Yields the hash of each transaction once it is mined;
   * nothing when nothing newer is published.
   */
  refresh(): AsyncIterable<Hex>;
}

export interface KeeperPolicy {
  /** Collateral that ends within so many seconds is refreshed; default a week. */
  readonly margin?: bigint;
  /** Refreshes everything that is published newer, whenever it ends: a revocation counts at once. Default true. */
  readonly eager?: boolean;
}

/** What became of one item. */
export interface KeeperReport {
  readonly name: string;
  /** Until when it counted before and counts after; Unix seconds, undefined when that is not known. */
  readonly before: bigint | undefined;
  readonly after: bigint | undefined;
  /** Hashes of what was sent and mined, in this order: an error can come behind the first of them. */
  readonly transactions: readonly Hex[];
  /**
   * `fresh`: ends after the margin; `expiring`: within it, and nothing newer is published; `expired`: ended already, or never there; `unknown`: could
   * not be looked at.
   */
  readonly state: "fresh" | "expiring" | "expired" | "unknown";
  /** Why it could not be looked at or refreshed. */
  readonly error: unknown;
}

const WEEK = 7n * 24n * 60n * 60n;

/** State of collateral that ends at `validUntil`. */
export function stateOf(validUntil: bigint, now: bigint, margin: bigint): "fresh" | "expiring" | "expired" {
  if (validUntil < now) return "expired";
  return validUntil - now <= margin ? "expiring" : "fresh";
}

/**
 * Looks at every item once, and refreshes what is due: one after the other, because they share an account and its nonces. An item that fails
 * stops no other one. Nothing is remembered between calls: run it as often as you like, from as many places as you like.
 * @param now chain time, Unix seconds
 * @param dry whether nothing is to be sent
 */
export async function keep(
  items: readonly CollateralItem[],
  now: bigint,
  { margin = WEEK, eager = true }: KeeperPolicy = {},
  dry = false,
): Promise<KeeperReport[]> {
  const reports: KeeperReport[] = [];
  for (const item of items) {
    let before: bigint | undefined;
    let after: bigint | undefined;
    let error: unknown;
    const transactions: Hex[] = [];
    try {
      before = await item.validUntil();
      after = before;
      const isDue = !dry && (eager || stateOf(before, now, margin) !== "fresh");
      try {
        if (isDue) for await (const hash of item.refresh()) transactions.push(hash);
      } finally {
        // Even when nothing was sent: another keeper may have been faster.
        if (isDue) after = await item.validUntil().catch(() => undefined);
      }
    } catch (cause) {
      error = decodeError(cause, item.name);
    }
    const state = after === undefined ? "unknown" : stateOf(after, now, margin);
    reports.push({ name: item.name, before, after, transactions, state, error });
  }
  return reports;
}
