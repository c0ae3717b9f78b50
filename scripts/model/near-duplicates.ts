import { tokenise } from "@freehold/worker/engine";

/** Jaccard similarity from which two texts count as the same headline. */
export const NEAR_DUPLICATE = 0.7;

/**
 * Groups of near-duplicates: Jaccard similarity of the sets of stemmed tokens, numbers folded, at or above `threshold`,
 * chained.
 * @returns for each text the index of the first text of its group
 */
export function nearDuplicateGroups(texts: readonly string[], threshold = NEAR_DUPLICATE): number[] {
  const parent = texts.map((_, i) => i);
  const root = (i: number): number => {
    let at = i;
    while (parent[at] !== at) at = parent[at] as number;
    return at;
  };
  for (const [a, b] of similarPairs(texts, threshold)) {
    const [first, second] = [root(a), root(b)].sort((x, y) => x - y) as [number, number];
    parent[second] = first;
  }
  return parent.map((_, i) => root(i));
}

/** All pairs at or above `threshold`, by prefix filtering (Chaudhuri et al. 2006): similar sets share one of their rarest tokens. */
export function* similarPairs(
  texts: readonly string[],
  threshold: number,
): Generator<[first: number, second: number, similarity: number]> {
  const sets = texts.map((text) => new Set(tokenise(text)));
  const frequency = new Map<string, number>();
  for (const set of sets) for (const token of set) frequency.set(token, (frequency.get(token) ?? 0) + 1);
  const rarity = (a: string, b: string) =>
    (frequency.get(a) as number) - (frequency.get(b) as number) || (a < b ? -1 : 1);
  const holders = new Map<string, number[]>();
  for (const [i, set] of sets.entries()) {
    const prefix = [...set].sort(rarity).slice(0, set.size - Math.ceil(threshold * set.size) + 1);
    const candidates = new Set(prefix.flatMap((token) => holders.get(token) ?? []));
    for (const j of candidates) {
      const similarity = jaccard(set, sets[j] as Set<string>);
      if (similarity >= threshold) yield [j, i, similarity];
    }
    for (const token of prefix) holders.set(token, [...(holders.get(token) ?? []), i]);
  }
}

function jaccard(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  let shared = 0;
  for (const token of a) if (b.has(token)) shared++;
  const union = a.size + b.size - shared;
  return union === 0 ? 1 : shared / union;
}
