// Works on a store in a process of its own: `store-process.ts <kind> <place> <key> <task> [count]`. Says what it did, line by line.
import { once } from "node:events";
import { type ChannelState, type ChannelStore, channelKey } from "@freehold/sdk";
import { type StoreKind, someStore } from "./some-store.ts";

/** A state that is told from others by what it has signed. */
export function stateOf(signed: bigint): ChannelState {
  const doubt = { count: 0n, amount: 0n };
  return { kind: "channel", signed, used: 0n, metered: 0n, seq: 0n, gaps: [], tickets: [], doubt };
}

/** A key of nobody else. */
export function someKey(channel: bigint): string {
  const hex = (length: number) => `0x${"ab".repeat(length)}`;
  return channelKey({ chainId: 1n, escrow: hex(20), node: hex(20), lineId: hex(32), channel });
}

/** Adds one to what is signed; undefined when somebody else was faster. */
async function addOne(store: ChannelStore, key: string): Promise<bigint | undefined> {
  const before = await store.get(key);
  const signed = ((before?.state as ChannelState | undefined)?.signed ?? 0n) + 1n;
  return (await store.compareAndSwap(key, before?.revision, stateOf(signed))) === undefined ? undefined : signed;
}

async function main([kind, place, key, task, count]: string[]): Promise<void> {
  const { store, close } = someStore(kind as StoreKind, place ?? "");
  const say = async (line: string) => {
    if (!process.stdout.write(`${line}\n`)) await once(process.stdout, "drain");
  };
  const before = await store.get(key ?? "");
  await say("ready");
  await once(process.stdin, "data");
  if (task === "one") {
    const swapped = await store.compareAndSwap(key ?? "", before?.revision, stateOf(BigInt(process.pid)));
    await say(swapped === undefined ? "lost" : "won");
  }
  if (task === "many") {
    for (let done = 0; done < Number(count); ) if ((await addOne(store, key ?? "")) !== undefined) done++;
    await say("done");
  }
  if (task === "forever") for (;;) await say(String(await addOne(store, key ?? "")));
  await close();
  process.exit(0);
}

if (import.meta.main) await main(process.argv.slice(2));
