import type { Hex } from "../../hex.js";

/** Collateral that a contract holds, and where it comes anew from. */
export interface CollateralItem {
  /** What it is, for people: `TCB info of tdx 00806f050000`. */
  readonly name: string;
  /** Unix seconds of the chain until which what is stored counts; 0n when nothing is stored. */
  validUntil(): Promise<bigint>;
  /**
   * Fetches the newest and, when it is newer than what is stored, sends it. Returns the transaction's hash once it is mined, or undefined when
   * nothing newer is published.
   */
  refresh(): Promise<Hex | undefined>;
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
  /** Before and after; Unix seconds. */
  readonly before: bigint;
  readonly after: bigint;
  readonly transaction: Hex | undefined;
  /** `fresh`: ends after the margin; `expiring`: within it, and nothing newer is published; `expired`: ended already, or never there. */
  readonly state: "fresh" | "expiring" | "expired";
  /** Why it could not be looked at or refreshed. */
  readonly error: unknown;
}

const WEEK = 7n * 24n * 60n * 60n;

/** State of collateral that ends at `validUntil`. */
export function stateOf(validUntil: bigint, now: bigint, margin: bigint): KeeperReport["state"] {
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
    let before = 0n;
    let after = 0n;
    let transaction: Hex | undefined;
    let error: unknown;
    try {
      before = await item.validUntil();
      after = before;
      const isDue = eager || stateOf(before, now, margin) !== "fresh";
      if (isDue && !dry) transaction = await item.refresh();
      if (transaction !== undefined) after = await item.validUntil();
    } catch (cause) {
      error = cause;
    }
    reports.push({ name: item.name, before, after, transaction, state: stateOf(after, now, margin), error });
  }
  return reports;
}
