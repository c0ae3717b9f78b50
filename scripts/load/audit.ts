import type { Freehold, Hex } from "@freehold/sdk";
import type { LoadClient } from "./clients.ts";

/** What the run comes to, when everything is settled. */
export interface Audit {
  /** Requests that were answered and receipted to their payers. */
  answered: number;
  /** Requests that the chain paid. */
  paid: number;
  /** Requests that failed for their payer: those that were metered all the same are paid, once. */
  failed: number;
  /** What is not as it must be; empty when all is well. */
  problems: string[];
}

/** Holds payers, books and chain against each other, to the unit. */
export async function audit(
  freehold: Freehold,
  clients: readonly LoadClient[],
  of: {
    node: string;
    lineId: Hex;
    price: bigint;
    books: { metered: bigint; settled: bigint; unsettled: bigint; writtenOff: bigint };
  },
): Promise<Audit> {
  const { node, lineId, price, books } = of;
  const problems: string[] = [];
  let [answered, paid, failed] = [0, 0n, 0];
  for (const client of clients) {
    const { channel } = client;
    const onChain = await freehold.escrow.channelOf({ node, lineId, channel });
    const state = await client.state();
    const failures = Object.values(client.failed).reduce((sum, count) => sum + count, 0);
    const seqs = new Set(client.receipts.map(({ seq }) => seq));
    const highest = client.receipts.reduce((most, { cumulative }) => (cumulative > most ? cumulative : most), 0n);
    const held = price * BigInt(client.receipts.length);
    if (seqs.size !== client.receipts.length) problems.push(`channel ${channel}: two receipts with one number`);
    if (onChain.paid < highest)
      problems.push(`channel ${channel}: a lost voucher: ${onChain.paid} paid, ${highest} receipted`);
    if (onChain.paid !== state.metered)
      problems.push(`channel ${channel}: ${onChain.paid} paid, the payer knows ${state.metered}`);
    if (onChain.paid > held + price * BigInt(failures)) {
      problems.push(
        `channel ${channel}: billed twice: ${onChain.paid} paid for ${client.receipts.length} answers and ${failures} failures`,
      );
    }
    answered += client.receipts.length;
    failed += failures;
    paid += onChain.paid;
  }
  const { metered, settled, unsettled, writtenOff } = books;
  if (metered !== paid || settled !== paid || unsettled !== 0n || writtenOff !== 0n) {
    problems.push(
      `books: ${metered} metered, ${settled} settled, ${unsettled} open, ${writtenOff} written off; chain: ${paid} paid`,
    );
  }
  const { earned } = await freehold.escrow.earningsOf({ node, lineId });
  if (earned !== paid) problems.push(`the escrow owes the node ${earned}, its channels paid ${paid}`);
  return { answered, paid: Number(paid / price), failed, problems };
}
