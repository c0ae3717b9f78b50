/** Products that an addition costs, a window by itself, and an inversion (measured: right for both groups). */
const ADDITION = 6;
const WINDOW = 600;
const INVERSION = 400;

/** Windows of c bits of a scalar. */
const windowsOf = (c: number) => Math.floor(254 / c) + 1;

/** The bits, 3 at least, of which a cost is least. */
function cheapest(most: number, costOf: (c: number) => number): number {
  const bits = Array.from({ length: most - 2 }, (_, i) => i + 3);
  const costs = bits.map(costOf);
  return bits[costs.indexOf(Math.min(...costs))] ?? 3;
}

/**
 * Bits of the windows of scalars with which a multi-scalar multiplication costs least.
 * @param most bits at most: a window has 2^(bits - 1) buckets
 * @param perBucket products that a bucket costs
 */
export function cheapestWindow(count: number, { most, perBucket }: { most: number; perBucket: number }): number {
  return cheapest(most, (c) => windowsOf(c) * (ADDITION * count + perBucket * 2 ** (c - 1) + WINDOW));
}

/** Bits of the windows with which a table of one point's multiples, and as many multiples as scalars, cost least. */
export function cheapestTable(count: number): number {
  return cheapest(10, (c) => ADDITION * windowsOf(c) * count + 2 ** (c - 1) * (ADDITION * windowsOf(c) + INVERSION));
}
