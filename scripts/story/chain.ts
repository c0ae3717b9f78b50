import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { delimiter, join } from "node:path";
import { JsonRpcProvider } from "ethers";
import { leash } from "../lib/leash.ts";

export type ChainKind = "hardhat" | "anvil";

/** A local chain in its own process, whose clock the story moves. */
export interface Chain {
  url: string;
  provider: JsonRpcProvider;
  /** Moves the clock and mines a block. */
  advance(seconds: number): Promise<void>;
  stop(): Promise<void>;
}

const ROOT = new URL("../..", import.meta.url).pathname;

/** Starts Hardhat's node or anvil on a free port and waits until it answers. */
export async function startChain(kind: ChainKind): Promise<Chain> {
  const { child, url } = kind === "hardhat" ? await spawnHardhat() : await spawnAnvil(await freePort());
  await answers(url, child);
  const provider = providerOf(url);
  return {
    url,
    provider,
    advance: (seconds) => advance(provider, seconds),
    async stop() {
      provider.destroy();
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill("SIGTERM");
      await once(child, "exit");
    },
  };
}

async function spawnHardhat(): Promise<{ child: ChildProcess; url: string }> {
  const child = start("node", [join(ROOT, "scripts/story/hardhat-node.ts")]);
  const line = await firstLine(child, "the local chain");
  return { child, url: (JSON.parse(line) as { url: string }).url };
}

/** Starts anvil; it may not answer yet. */
export function spawnAnvil(port: number, more: readonly string[] = []): { child: ChildProcess; url: string } {
  const args = ["--silent", "--host", "127.0.0.1", "--port", String(port), "--accounts", "20", ...more];
  return { child: start("anvil", args), url: `http://127.0.0.1:${port}` };
}

/** A provider that remembers nothing, for a chain that is moved about. */
export function providerOf(url: string): JsonRpcProvider {
  const provider = new JsonRpcProvider(url, undefined, { cacheTimeout: -1, batchMaxCount: 1 });
  provider.pollingInterval = 50;
  return provider;
}

/** Moves the clock and mines a block. */
export async function advance(provider: JsonRpcProvider, seconds: number): Promise<void> {
  await provider.send("evm_increaseTime", [seconds]);
  await provider.send("evm_mine", []);
}

function start(command: string, args: string[]): ChildProcess {
  const path = [join(ROOT, "node_modules/.bin"), process.env.PATH].join(delimiter);
  // The chain must not outlive the story, whatever ends it.
  return leash(
    spawn(command, args, { cwd: ROOT, env: { ...process.env, PATH: path }, stdio: ["ignore", "pipe", "inherit"] }),
  );
}

/** Resolves with the first line that a child prints; rejects when it ends before. */
export async function firstLine(child: ChildProcess, what: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = "";
    child.once("error", (error) => reject(new Error(`${what} did not start: ${error.message}`)));
    child.once("exit", (code) => reject(new Error(`${what} ended with exit code ${code} before it was ready`)));
    child.stdout?.on("data", (data: Buffer) => {
      text += data.toString("utf8");
      const end = text.indexOf("\n");
      if (end >= 0) resolve(text.slice(0, end));
    });
  });
}

/** Waits until a chain answers. */
export async function answers(url: string, child: ChildProcess): Promise<void> {
  let problem = "";
  child.once("error", (error) => {
    problem = `${error.message}: install @foundry-rs/anvil-linux-amd64 or put anvil on the PATH`;
  });
  for (let tries = 0; tries < 200; tries++) {
    if (problem) throw new Error(`the chain did not start: ${problem}`);
    if (child.exitCode !== null) throw new Error(`the chain ended with exit code ${child.exitCode}`);
    try {
      const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "eth_chainId", params: [] });
      const response = await fetch(url, { method: "POST", headers: { "content-type": "application/json" }, body });
      if (response.ok) return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
  throw new Error("the chain did not answer within 10 seconds");
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("no free port on 127.0.0.1");
  return address.port;
}
