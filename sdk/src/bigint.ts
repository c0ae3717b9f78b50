/** The larger of two. */
export function max(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}
