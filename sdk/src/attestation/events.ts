import type { Provider } from "ethers";

/** Blocks that are asked for at once: most endpoints allow so many. */
const SPAN = 10_000;

/**
 * Values of the newest event that `accept` takes, looked for from the last block downwards; undefined when there is none.
 * @param query events of the blocks from `first` to `last`, in their order
 * @param fromBlock where the contract was deployed
 */
export async function newestEvent<A>(
  provider: Provider | null | undefined,
  query: (first: number, last: number) => Promise<readonly { readonly args: A }[]>,
  fromBlock: number,
  accept: (args: A) => boolean,
): Promise<A | undefined> {
  for (let last = (await provider?.getBlockNumber()) ?? -1; last >= fromBlock; last -= SPAN) {
    const events = await query(Math.max(fromBlock, last - SPAN + 1), last);
    const found = events.findLast(({ args }) => accept(args));
    if (found !== undefined) return found.args;
  }
  return undefined;
}
