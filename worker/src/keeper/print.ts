import { FreeholdError } from "@freehold/sdk";
import type { KeeperReport } from "@freehold/sdk/attestation";
import { reason } from "../errors.js";

/** Prints what became of each item. Keys and endpoints never go into it. */
export function print(reports: readonly KeeperReport[], now: bigint, json: boolean): void {
  for (const report of reports) console.log(json ? jsonOf(report, now) : textOf(report, now));
}

/** Whether nobody has to do anything. */
export function isFine({ state, error }: KeeperReport): boolean {
  return state === "fresh" && error === undefined;
}

function jsonOf({ name, before, after, transactions, state, error }: KeeperReport, now: bigint): string {
  return JSON.stringify({
    time: timeOf(now),
    name,
    state,
    before: timeOf(before),
    after: timeOf(after),
    transactions,
    ...(error === undefined ? {} : { error: errorOf(error) }),
  });
}

function textOf({ name, after, transactions, state, error }: KeeperReport, now: bigint): string {
  return [
    `${state.padEnd(9)} ${name}: ${endOf(after, now)}`,
    ...transactions.map((hash) => `          sent ${hash}`),
    ...(error === undefined ? [] : [`          ${wordsOf(error)}`]),
  ].join("\n");
}

/** Why, and what to do about it, in a line. */
function wordsOf(error: unknown): string {
  const { message, hint } = errorOf(error);
  return hint === undefined ? message : `${message}. ${hint}`;
}

function errorOf(error: unknown): { code?: string; message: string; hint?: string } {
  if (!(error instanceof FreeholdError)) return { message: reason(error) };
  const { code, hint } = error;
  return { code, message: reason(error), ...(hint === undefined ? {} : { hint }) };
}

function endOf(end: bigint | undefined, now: bigint): string {
  if (end === undefined) return "not known until when";
  if (end === 0n) return "not on the chain, or revoked";
  const days = Number(end - now) / 86_400;
  return end < now ? `ended ${timeOf(end)}` : `ends ${timeOf(end)}, in ${days.toFixed(1)} days`;
}

/** ISO 8601; null for what is not known or not there. */
function timeOf(seconds: bigint | undefined): string | null {
  if (seconds === undefined || seconds === 0n) return null;
  return new Date(Number(seconds) * 1000).toISOString().replace(".000", "");
}
