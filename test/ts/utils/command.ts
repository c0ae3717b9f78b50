import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { until } from "../worker/harness/wait.ts";

export interface Run {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command of the worker's package, as `npm` links it. @param main below `dist` */
export const commandOf = (main: string) => join(dirname(fileURLToPath(import.meta.resolve("@freehold/worker"))), main);

/** Runs a command to its end, in an environment of its own. */
export async function runCommand(
  main: string,
  args: readonly string[],
  environment: NodeJS.ProcessEnv = {},
  input = "",
): Promise<Run> {
  const child = start(main, args, environment);
  const [stdout, stderr] = [collect(child, "stdout"), collect(child, "stderr")];
  child.stdin?.end(input);
  const [code] = (await once(child, "close")) as [number | null];
  return { code, stdout: stdout(), stderr: stderr() };
}

/** A command that goes on until it is told to stop. */
export class CommandProcess {
  readonly #child: ChildProcess;
  readonly log: () => string;

  constructor(main: string, args: readonly string[], environment: NodeJS.ProcessEnv) {
    this.#child = start(main, args, environment);
    const [stdout, stderr] = [collect(this.#child, "stdout"), collect(this.#child, "stderr")];
    this.log = () => stdout() + stderr();
  }

  /** Null while it runs, and when a signal ended it. */
  get exitCode(): number | null {
    return this.#child.exitCode;
  }

  /** Waits for words of its log. */
  async says(pattern: RegExp): Promise<void> {
    await until(() => {
      if (this.exitCode !== null) throw new Error(`it ended: ${this.log()}`);
      return pattern.test(this.log());
    }, `it to say ${pattern}`);
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

function start(main: string, args: readonly string[], environment: NodeJS.ProcessEnv): ChildProcess {
  const { PATH, HOME } = process.env;
  return spawn(process.execPath, [main, ...args], { env: { PATH, HOME, ...environment }, stdio: "pipe" });
}

function collect(child: ChildProcess, stream: "stdout" | "stderr"): () => string {
  let text = "";
  child[stream]?.on("data", (chunk: Buffer) => {
    text += chunk.toString();
  });
  return () => text;
}
