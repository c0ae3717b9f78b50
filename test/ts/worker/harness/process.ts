import { once } from "node:events";
import type { WorkerConfig } from "@freehold/worker";
import { CommandProcess, commandOf, type Run, runCommand } from "../../utils/command.ts";
import { until } from "./wait.ts";

const MAIN = commandOf("main.js");

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
export function run(args: string[], environment: NodeJS.ProcessEnv = {}): Promise<Run> {
  return runCommand(MAIN, args, environment);
}

/** A worker in a process of its own. */
export class WorkerProcess extends CommandProcess {
  readonly url: string;

  constructor(args: string[], key: string, port: number, environment: NodeJS.ProcessEnv = {}) {
    super(MAIN, args, { FREEHOLD_WORKER_KEY: key, ...environment });
    this.url = `http://127.0.0.1:${port}`;
  }

  /** Waits until it serves. */
  async ready(): Promise<void> {
    await until(async () => {
      if (this.exitCode !== null) throw new Error(`the worker ended: ${this.log()}`);
      return (await fetch(`${this.url}/readyz`)).status === 200;
    }, `the worker to be ready`);
  }
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
