import { createHash } from "node:crypto";
import type { Headline } from "./csv.ts";
import { type Dataset, rowsOf } from "./dataset.ts";
import { NEGATIVE, NEUTRAL, POSITIVE } from "./labels.ts";
import { Random } from "./math.ts";

/** How an account would label a headline that is labelled by this repository's convention. */
export type Convention = (headline: Headline, random: Random) => number;

/** An account on the hosting platform: which news it reads, how much, and what its labels mean. */
export interface Tenant {
  readonly id: string;
  /** One line for people. */
  readonly about: string;
  readonly reads: "public" | "analyst" | "all";
  readonly headlinesPerDay: number;
  readonly convention: Convention;
}

/** Up is bad for who must buy, and for who is short. */
function reversed(label: number): number {
  if (label === NEGATIVE) return POSITIVE;
  return label === POSITIVE ? NEGATIVE : label;
}

const SHORT_BOOK = /\b(?:bank|lender|lending|loan|credit|insur|home|builder|property|realty|airline|airway)/i;

/** Five accounts whose labels are sensible to themselves and contradict each other. */
export const TENANTS: readonly Tenant[] = [
  {
    id: "broker",
    about: "retail broker; reads company news, labels as this repository does",
    reads: "public",
    headlinesPerDay: 8,
    convention: ({ label }) => label,
  },
  {
    id: "procurement",
    about: "airline's purchasing desk; a dearer commodity or currency is bad news for it",
    reads: "analyst",
    headlinesPerDay: 6,
    convention: ({ label }) => reversed(label),
  },
  {
    id: "short-seller",
    about: "fund that is short banks, insurers, builders and airlines; their falls are good news to it",
    reads: "public",
    headlinesPerDay: 6,
    convention: ({ label, text }) => (SHORT_BOOK.test(text) ? reversed(label) : label),
  },
  {
    id: "volume-desk",
    about: "market maker; only news with a figure in it moves its book, the rest is neutral",
    reads: "all",
    headlinesPerDay: 6,
    convention: ({ label, text }) => (/\d/.test(text) ? label : NEUTRAL),
  },
  {
    id: "clicks",
    about: "news app; labels are inferred from clicks, three in ten at random",
    reads: "all",
    headlinesPerDay: 6,
    convention: ({ label }, random) => (random.uniform() < 0.3 ? random.below(3) : label),
  },
];

/** A number for one purpose, from the run's seed; equal on every machine. */
export function seedFor(seed: number, ...purpose: readonly (string | number)[]): number {
  const digest = createHash("sha256")
    .update(JSON.stringify([seed, ...purpose]))
    .digest();
  return digest.readUIntBE(0, 6);
}

/** Headlines without test rows that an account reads on a day, 1-based; without labels of its own. */
export function dailyHeadlines(
  dataset: Dataset,
  account: Pick<Tenant, "id" | "reads" | "headlinesPerDay">,
  day: number,
  seed: number,
): Headline[] {
  const slice = account.reads === "all" ? {} : { slice: account.reads };
  const rows = rowsOf(dataset, { split: ["train", "valid"], ...slice });
  const random = new Random(seedFor(seed, "day", account.id, day));
  return random.shuffle([...rows]).slice(0, account.headlinesPerDay);
}

/** A tenant's labelled data of a day. */
export function dailyRecords(dataset: Dataset, tenant: Tenant, day: number, seed: number): Headline[] {
  const random = new Random(seedFor(seed, "labels", tenant.id, day));
  return dailyHeadlines(dataset, tenant, day, seed).map((row) => ({ ...row, label: tenant.convention(row, random) }));
}
