import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Run } from "../../worker/harness/process.ts";
import { until } from "../../worker/harness/wait.ts";

/** The command, as `npm` links it. */
const MAIN = join(dirname(fileURLToPath(import.meta.resolve("@freehold/worker"))), "watchtower/main.js");

/** Runs the command to its end. */
export async function run(args: string[], environment: NodeJS.ProcessEnv = {}, input = ""): Promise<Run> {
  const child = start(args, environment);
  const [stdout, stderr] = [collect(child, "stdout"), collect(child, "stderr")];
  child.stdin?.end(input);
  const [code] = (await once(child, "close")) as [number | null];
  return { code, stdout: stdout(), stderr: stderr() };
}

/** A tower in a process of its own. */
export class TowerProcess {
  readonly #child: ChildProcess;
  readonly log: () => string;

  constructor(args: string[], key: string) {
    this.#child = start(["watch", ...args], { FREEHOLD_WATCHTOWER_KEY: key });
    const [stdout, stderr] = [collect(this.#child, "stdout"), collect(this.#child, "stderr")];
    this.log = () => stdout() + stderr();
  }

  /** Waits for a line of its log. */
  async says(pattern: RegExp): Promise<void> {
    await until(() => {
      if (this.#child.exitCode !== null) throw new Error(`the tower ended: ${this.log()}`);
      return pattern.test(this.log());
    }, `the tower to say ${pattern}`);
  }

  /** Sends a signal and waits for the end; one that has ended already says how. */
  async end(signal: "SIGKILL" | "SIGTERM"): Promise<number | null> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return this.#child.exitCode;
    const closed = once(this.#child, "close");
    this.#child.kill(signal);
    const [code] = (await closed) as [number | null];
    return code;
  }
}

function start(args: string[], environment: NodeJS.ProcessEnv): ChildProcess {
  const { PATH, HOME } = process.env;
  return spawn(process.execPath, [MAIN, ...args], { env: { PATH, HOME, ...environment }, stdio: "pipe" });
}

function collect(child: ChildProcess, stream: "stdout" | "stderr"): () => string {
  let text = "";
  child[stream]?.on("data", (chunk: Buffer) => {
    text += chunk.toString();
  });
  return () => text;
}
