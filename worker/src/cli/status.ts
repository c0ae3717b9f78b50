import { readStore } from "../store/index.js";
import { type BooksOptions, booksOf } from "./books.js";

/** Prints what the books say; workers may run. */
export async function statusCommand(options: BooksOptions & { readonly json?: boolean }): Promise<void> {
  const store = await readStore(booksOf(options));
  try {
    const { chainId, escrow, node, lineId } = store.identity;
    const { completed, metered, unsettled, settled, writtenOff } = await store.debts.totals();
    const [last] = await store.settlements.latest(1);
    const status = {
      chain: chainId.toString(),
      escrow,
      node,
      line: lineId,
      completed: completed.toString(),
      metered: metered.toString(),
      settled: settled.toString(),
      unsettled: unsettled.toString(),
      writtenOff: writtenOff.toString(),
      lastSettlement:
        last === undefined ? "none" : `${last.status}, ${last.claims.length} channels, ${last.hashes.at(-1)}`,
    };
    console.log(options.json ? JSON.stringify(status) : table(status));
  } finally {
    await store.close();
  }
}

function table(status: Readonly<Record<string, string>>): string {
  return Object.entries(status)
    .map(([name, value]) => `${name.padEnd(16)}${value}`)
    .join("\n");
}
