import type { TestChain } from "./chain.ts";
import type { ServedNode } from "./served.ts";

/** What a node has from its line on the chain; units. */
export async function bookState(
  chain: TestChain,
  { operator, config }: ServedNode,
): Promise<{ earned: bigint; vesting: bigint; nextNonce: bigint }> {
  const { earned, vesting, nextNonce } = await chain.escrow
    .getFunction("earningsOf")
    .staticCall(operator.address, config.lineId);
  return { earned, vesting, nextNonce };
}
