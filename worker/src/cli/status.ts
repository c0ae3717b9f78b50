import { readStore } from "../store/index.js";

/** Prints what the books of a data directory say; the worker may run. */
export function statusCommand({ data, json }: { readonly data: string; readonly json?: boolean }): void {
  const store = readStore(data);
  try {
    const { chainId, escrow, node, lineId } = store.identity;
    const { completed, metered, unsettled, settled, writtenOff } = store.debts.totals();
    const [last] = store.settlements.latest(1);
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
    console.log(json ? JSON.stringify(status) : table(status));
  } finally {
    store.close();
  }
}

function table(status: Readonly<Record<string, string>>): string {
  return Object.entries(status)
    .map(([name, value]) => `${name.padEnd(16)}${value}`)
    .join("\n");
}
