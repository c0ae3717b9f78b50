/** Products that a point costs in each window, and a window by itself (measured: right for both groups). */
const PER_POINT = 6;
const PER_WINDOW = 600;

/**
 * Bits of the windows of scalars with which a multi-scalar multiplication costs least.
 * @param most bits at most: a window has 2^(bits - 1) buckets
 * @param perBucket products that a bucket costs
 */
export function cheapestWindow(count: number, { most, perBucket }: { most: number; perBucket: number }): number {
  let best = 3;
  let least = Number.POSITIVE_INFINITY;
  for (let c = 3; c <= most; c++) {
    const cost = (Math.floor(254 / c) + 1) * (PER_POINT * count + perBucket * 2 ** (c - 1) + PER_WINDOW);
    if (cost < least) [best, least] = [c, cost];
  }
  return best;
}
