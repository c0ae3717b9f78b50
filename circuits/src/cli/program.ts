import { Command, CommanderError } from "commander";
import { CeremonyError } from "../ceremony/errors.js";
import type { WorkOptions } from "../work.js";
import type { CommonOptions } from "./options.js";

/** A command line whose errors are one line each; see {@link runProgram}. */
export function createProgram(name: string, description: string): Command {
  return new Command(name)
    .description(description)
    .exitOverride()
    .configureOutput({ outputError: (text, write) => write(text) })
    .showHelpAfterError(false);
}

/** Runs it. Returns the exit code: 0 done, 1 refused or failed, 2 bad arguments, 130 interrupted. */
export async function runProgram(program: Command): Promise<number> {
  try {
    await program.parseAsync();
    return 0;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    if (error instanceof Interrupted) {
      console.error("interrupted: nothing was written");
      return 130;
    }
    console.error(`error: ${explain(error)}`);
    return error instanceof CeremonyError && error.code === "USAGE" ? 2 : 1;
  }
}

/** What went wrong, its code and what to do. */
function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code, hint } = error as Error & { readonly code?: unknown; readonly hint?: unknown };
  const known = typeof code === "string" ? `${error.message} [${code}]` : error.message;
  return typeof hint === "string" ? `${known}: ${hint}` : known;
}

class Interrupted extends Error {}

/** Runs a command's work, with progress on stderr, until it is done or the process is told to stop. */
export async function work<T>(
  name: string,
  { quiet }: CommonOptions,
  run: (options: WorkOptions) => Promise<T>,
): Promise<T> {
  const stop = new AbortController();
  const end = () => stop.abort(new Interrupted());
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, end);
  try {
    return await run({ signal: stop.signal, onProgress: quiet ? undefined : progress(name) });
  } finally {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.off(signal, end);
  }
}

/** On a terminal one line that changes; elsewhere a line for each tenth. */
function progress(name: string): (done: number) => void {
  const { isTTY } = process.stderr;
  let last = -1;
  return (done) => {
    const percent = Math.floor(100 * done);
    const shown = isTTY ? percent : percent - (percent % 10);
    if (shown <= last) return;
    last = shown;
    process.stderr.write(isTTY ? `\r${name}: ${shown} %${shown === 100 ? "\n" : ""}` : `${name}: ${shown} %\n`);
  };
}

/** Prints a result: a line for each name, or JSON. */
export function print(result: Readonly<Record<string, unknown>>, { json }: CommonOptions): void {
  if (json) {
    console.log(JSON.stringify(result));
    return;
  }
  for (const [name, value] of Object.entries(result)) {
    if (Array.isArray(value)) {
      console.log(`${name}:${value.length === 0 ? " none" : ""}`);
      for (const item of value) console.log(`  ${lineOf(item)}`);
    } else if (value !== undefined) console.log(`${name.padEnd(18)}${lineOf(value)}`);
  }
}

function lineOf(value: unknown): string {
  if (typeof value !== "object" || value === null) return String(value);
  return Object.values(value)
    .filter((item) => item !== undefined && item !== "")
    .join("  ");
}

export const hex = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
