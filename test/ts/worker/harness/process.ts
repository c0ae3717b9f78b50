import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { WorkerConfig } from "@freehold/worker";
import { until } from "./wait.ts";

/** The command, as `npm` links it. */
export const MAIN = join(dirname(fileURLToPath(import.meta.resolve("@freehold/worker"))), "main.js");

export interface Run {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Arguments of `serve` for a configuration; a database is named by the environment. */
export function serveArguments(config: WorkerConfig, deploymentFile: string): string[] {
  const options: Record<string, string | number | bigint | undefined> = {
    rpc: config.rpc,
    deployment: deploymentFile,
    line: config.lineId,
    store: config.store,
    data: config.data,
    replica: config.replica,
    price: config.price,
    port: config.port,
    "settle-value": config.settlement.value,
    "settle-age": config.settlement.age,
    tower: config.tower?.directory,
    "tower-delay": config.tower?.delay,
    lane: config.settlement.lane,
    poll: config.pollMs,
    "max-view-age": config.maxViewAgeMs,
    "log-level": config.logLevel,
  };
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  return ["serve", ...given.flatMap(([name, value]) => [`--${name}`, String(value)])];
}

/** Runs the command to its end. */
export async function run(args: string[], environment: NodeJS.ProcessEnv = {}): Promise<Run> {
  const child = start(args, environment);
  const [stdout, stderr] = [collect(child, "stdout"), collect(child, "stderr")];
  const [code] = (await once(child, "close")) as [number | null];
  return { code, stdout: stdout(), stderr: stderr() };
}

/** A worker in a process of its own. */
export class WorkerProcess {
  readonly #child: ChildProcess;
  readonly url: string;
  readonly log: () => string;

  constructor(args: string[], key: string, port: number, environment: NodeJS.ProcessEnv = {}) {
    this.#child = start(args, { FREEHOLD_WORKER_KEY: key, ...environment });
    this.url = `http://127.0.0.1:${port}`;
    const [stdout, stderr] = [collect(this.#child, "stdout"), collect(this.#child, "stderr")];
    this.log = () => stdout() + stderr();
  }

  /** Waits until it serves. */
  async ready(): Promise<void> {
    await until(async () => {
      if (this.#child.exitCode !== null) throw new Error(`the worker ended: ${this.log()}`);
      return (await fetch(`${this.url}/readyz`)).status === 200;
    }, `the worker to be ready`);
  }

  /** Sends a signal and waits for the end; one that has ended already says how. */
  async end(signal: "SIGKILL" | "SIGTERM" | "SIGINT"): Promise<number | null> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return this.#child.exitCode;
    const closed = once(this.#child, "close");
    this.#child.kill(signal);
    const [code] = (await closed) as [number | null];
    return code;
  }

  /** Waits for an end that nobody asks for. */
  async ended(): Promise<number | null> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) await once(this.#child, "close");
    return this.#child.exitCode;
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }
}

function start(args: string[], environment: NodeJS.ProcessEnv): ChildProcess {
  const { PATH, HOME } = process.env;
  return spawn(process.execPath, [MAIN, ...args], {
    env: { PATH, HOME, ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
}

function collect(child: ChildProcess, stream: "stdout" | "stderr"): () => string {
  let text = "";
  child[stream]?.on("data", (chunk: Buffer) => {
    text += chunk.toString();
  });
  return () => text;
}

/** A free port of this machine. */
export async function freePort(): Promise<number> {
  const { createServer } = await import("node:net");
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}
