import { createHash } from "node:crypto";
import { nearDuplicateGroups } from "./near-duplicates.ts";

export const SPLITS = ["train", "valid", "test"] as const;
export type Split = (typeof SPLITS)[number];

/** What a text's group was drawn for. */
export interface Assignment {
  readonly split: Split;
  /** In the analyst's private slice: a quarter of the groups. */
  readonly analyst: boolean;
}

/**
 * Draws a split (70 % train, 10 % valid, 20 % test) and a private slice (25 %) for each text. Near-duplicates share both. The
 * draw is SHA-256 of the group's first text in code unit order, so it depends neither on the order of the rows nor on the machine.
 */
export function assignSplits(texts: readonly string[]): Assignment[] {
  const groups = nearDuplicateGroups(texts);
  const keys = new Map<number, string>();
  for (const [i, group] of groups.entries()) {
    const text = texts[i] as string;
    const key = keys.get(group);
    if (key === undefined || text < key) keys.set(group, text);
  }
  return groups.map((group) => draw(keys.get(group) as string));
}

function draw(key: string): Assignment {
  const digest = createHash("sha256").update(key, "utf8").digest();
  const split = digest.readUInt32BE(0) / 2 ** 32;
  return {
    split: split < 0.7 ? "train" : split < 0.8 ? "valid" : "test",
    analyst: digest.readUInt32BE(4) / 2 ** 32 < 0.25,
  };
}
