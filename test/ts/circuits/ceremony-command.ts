import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { expect } from "chai";

const MAIN = fileURLToPath(new URL("../../../circuits/dist/cli/main.js", import.meta.url));

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** `freehold ceremony` in a directory. */
export interface Command {
  start(args: string[]): ChildProcess;
  run(...args: string[]): Promise<Ended>;
  /** What it prints with --json; it must succeed. */
  // biome-ignore lint/suspicious/noExplicitAny: as JSON.parse
  json(...args: string[]): Promise<any>;
}

export function commandIn(directory: string): Command {
  const start = (args: string[]) =>
    spawn(process.execPath, [MAIN, "ceremony", ...args], { cwd: directory, stdio: ["ignore", "pipe", "pipe"] });
  const run = (...args: string[]) => ended(start(args));
  return {
    start,
    run,
    async json(...args) {
      const { code, stdout, stderr } = await run(...args, "--json", "--quiet");
      expect(code, stderr).to.equal(0);
      return JSON.parse(stdout);
    },
  };
}

export async function ended(child: ChildProcess): Promise<Ended> {
  const said = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const) child[name]?.on("data", (data) => (said[name] += data));
  const [code] = (await once(child, "close")) as [number | null];
  return { code, ...said };
}
