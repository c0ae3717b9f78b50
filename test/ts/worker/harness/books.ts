import type { Hex } from "@freehold/sdk";
import type { Contract } from "ethers";
import { send, type TestChain } from "./chain.ts";
import type { Payer } from "./payer.ts";
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

/** A batch that the chain has settled. */
export interface SettledBatch {
  readonly versionHash: Hex;
  readonly lane: number;
  readonly nonce: number;
  /** Units. */
  readonly total: bigint;
}

/** Every batch of a node, oldest first. */
export async function batchesOf(chain: TestChain, { operator }: ServedNode): Promise<SettledBatch[]> {
  const filter = chain.escrow.filters.BatchSettled?.(operator.address);
  const logs = await chain.escrow.queryFilter(filter ?? "BatchSettled");
  return logs.map((log) => {
    const args = chain.escrow.interface.parseLog(log)?.args;
    const { versionHash, total } = args as unknown as SettledBatch;
    return { versionHash, lane: Number(args?.lane), nonce: Number(args?.nonce), total };
  });
}

/** Challenges more than `asserted` units of a payer's channel; `byHand`: from its block on, no other is mined by itself. */
export async function challenge(
  chain: TestChain,
  { wallet, node, lineId, channel }: Payer,
  asserted: bigint,
  byHand = false,
): Promise<void> {
  const [escrow, arbiter, unit, bond] = await Promise.all([
    chain.escrow.getAddress(),
    chain.arbiter.getAddress(),
    chain.escrow.getFunction("UNIT").staticCall() as Promise<bigint>,
    chain.arbiter.getFunction("BOND").staticCall() as Promise<bigint>,
  ]);
  await send(wallet, chain.token, "mint", wallet.address, bond * unit);
  await send(wallet, chain.token, "approve", arbiter, bond * unit);
  await chain.provider.send("evm_setAutomine", [!byHand]);
  const connected = chain.arbiter.connect(wallet) as Contract;
  const sent = await connected.getFunction("challenge").send(escrow, node, lineId, channel, asserted);
  if (byHand) await chain.provider.send("evm_mine", []);
  await sent.wait();
}

/** The open challenge of a payer's channel; all zero when there is none. */
export async function challengeOf(
  chain: TestChain,
  { node, lineId, channel }: Payer,
): Promise<{ answerBy: bigint; asserted: bigint }> {
  const escrow = await chain.escrow.getAddress();
  const { answerBy, asserted } = await chain.arbiter
    .getFunction("challengeOf")
    .staticCall(escrow, node, lineId, channel);
  return { answerBy, asserted };
}

/** Units that an account has from bonds. */
export async function bondsOf(chain: TestChain, account: string): Promise<bigint> {
  return chain.arbiter.getFunction("bondsOf").staticCall(await chain.escrow.getAddress(), account);
}
