import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { copyFile, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { advance, answers, type Chain, freePort, providerOf, spawnAnvil } from "../story/chain.ts";

/** How often the chain is written to disk, seconds; its newest blocks are lost when it is killed. */
const DUMP_SECONDS = 1;

/** A chain that can be killed, and goes on from what was on its disk. */
export interface MortalChain extends Chain {
  /** `kill -9`. */
  kill(): Promise<void>;
  /** Starts it again on the same port, from its newest complete dump. Returns how many blocks it lost. */
  revive(): Promise<number>;
}

/** anvil with a block each second, whose state is dumped each second. */
export async function startMortalChain(folder: string): Promise<MortalChain> {
  const file = join(folder, "chain.json");
  const spare = join(folder, "chain.last.json");
  const port = await freePort();
  const args = [
    "--block-time",
    "1",
    "--state",
    file,
    "--state-interval",
    `${DUMP_SECONDS}`,
    "--preserve-historical-states",
  ];
  let child: ChildProcess;
  const start = async () => {
    const spawned = spawnAnvil(port, args);
    child = spawned.child;
    await answers(spawned.url, child);
    return spawned.url;
  };
  const url = await start();
  const provider = providerOf(url);
  provider.pollingInterval = 200;
  // A dump that the kill interrupts is no JSON: the one before is kept.
  let kept = Promise.resolve(0);
  const keeper = setInterval(() => {
    kept = kept.then((copiedAt) => keep(file, spare, copiedAt));
  }, 250);
  keeper.unref();

  const end = async (signal: "SIGKILL" | "SIGTERM") => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, "exit");
    child.kill(signal);
    await ended;
  };
  let head = 0;
  let ahead = 0;
  return {
    url,
    provider,
    advance(seconds) {
      ahead += seconds;
      return advance(provider, seconds);
    },
    async kill() {
      head = await provider.getBlockNumber();
      await end("SIGKILL");
    },
    async revive() {
      if ((await headOf(file)) === undefined) await copyFile(spare, file);
      const lost = head - ((await headOf(file)) ?? 0);
      await start();
      // The dump does not know how far its clock was moved; a chain's time never goes back.
      await provider.send("evm_increaseTime", [ahead]);
      return lost;
    },
    async stop() {
      clearInterval(keeper);
      provider.destroy();
      await end("SIGTERM");
    },
  };
}

/** Keeps a copy of the newest complete dump. Returns when that was written, `copiedAt` when there is no newer one. */
async function keep(file: string, spare: string, copiedAt: number): Promise<number> {
  try {
    const { mtimeMs } = await stat(file);
    if (mtimeMs === copiedAt || (await headOf(file)) === undefined) return copiedAt;
    await copyFile(file, spare);
    return mtimeMs;
  } catch {
    // There is no dump yet.
    return copiedAt;
  }
}

/** Number of the newest block of a dump; undefined when it is not complete. */
async function headOf(file: string): Promise<number | undefined> {
  const text = await readFile(file, "utf8");
  try {
    return (JSON.parse(text) as { best_block_number: number }).best_block_number;
  } catch {
    return undefined;
  }
}
