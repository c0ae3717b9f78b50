import { sameHex } from "../../hex.js";
import { type BudgetState, FRESH_BUDGET, type OpenedChannel, type PendingDeposit } from "../state.js";

/** Decides a deposit before it is sent: from now on it counts as spent. One at a time for a channel, within the budget. */
export function decide(
  state: BudgetState | undefined,
  deposit: PendingDeposit,
  budget: bigint,
): BudgetState | "underway" | "exceeded" {
  const before = state ?? FRESH_BUDGET;
  if (pendingFor(before, deposit) !== undefined) return "underway";
  const spent = before.spent + deposit.amount;
  return spent > budget ? "exceeded" : { ...before, spent, pending: [...before.pending, deposit] };
}

/** Keeps the hash of a deposit's transaction. */
export function noteHash(state: BudgetState, id: string, hash: string): BudgetState {
  return { ...state, pending: state.pending.map((deposit) => (deposit.id === id ? { ...deposit, hash } : deposit)) };
}

/** Ends a deposit that was made, or that nobody waits for any more: it stays spent. */
export function finish(state: BudgetState, id: string, opened?: OpenedChannel): BudgetState {
  if (!state.pending.some((deposit) => deposit.id === id)) return state;
  const pending = state.pending.filter((deposit) => deposit.id !== id);
  if (opened === undefined) return { ...state, pending };
  const channels = state.channels.filter((channel) => !isOf(channel, opened));
  return { ...state, pending, channels: [...channels, opened] };
}

/** Gives back a deposit that failed for certain. */
export function giveBack(state: BudgetState, id: string): BudgetState {
  const deposit = state.pending.find((pending) => pending.id === id);
  if (deposit === undefined) return state;
  return { ...finish(state, id), spent: state.spent - deposit.amount };
}

/** The channel that was opened towards a node with this signer. */
export function openedFor(
  state: BudgetState | undefined,
  of: { node: string; signer: string },
): OpenedChannel | undefined {
  return state?.channels.find((channel) => isOf(channel, of));
}

/** The deposit that is under way to a channel, or to open one (`channel` null). */
export function pendingFor(
  state: BudgetState | undefined,
  of: { node: string; signer: string; channel: bigint | null },
): PendingDeposit | undefined {
  return state?.pending.find((deposit) => isOf(deposit, of) && deposit.channel === of.channel);
}

function isOf(a: { node: string; signer: string }, b: { node: string; signer: string }): boolean {
  return sameHex(a.node, b.node) && sameHex(a.signer, b.signer);
}
