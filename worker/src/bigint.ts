/** The smaller of two; Math.min takes no bigint. */
export function min(a: bigint, b: bigint): bigint {
  if (a < b) return a;
  return b;
}

/** The greater of two. */
export function max(a: bigint, b: bigint): bigint {
  if (a > b) return a;
  return b;
}
