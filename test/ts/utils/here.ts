import type { Command } from "commander";
import { runProgram } from "../../../worker/dist/cli/program.js";
import type { Run } from "./command.ts";

/**
 * Runs a command line in this process, which is quicker than one of its own: for what ends before anything is started. One after the other, for
 * streams and environment are the process's.
 */
export async function runHere(
  program: Command,
  args: readonly string[],
  environment: NodeJS.ProcessEnv = {},
): Promise<Run> {
  const texts = { stdout: "", stderr: "" };
  const streams = ["stdout", "stderr"] as const;
  const writes = streams.map((name) => process[name].write);
  for (const name of streams) {
    process[name].write = (chunk: string | Uint8Array) => {
      texts[name] += typeof chunk === "string" ? chunk : Buffer.from(chunk).toString();
      return true;
    };
  }
  Object.assign(process.env, environment);
  try {
    return { code: await runProgram(program, args), ...texts };
  } finally {
    for (const [i, name] of streams.entries()) process[name].write = writes[i] as typeof process.stdout.write;
    for (const name of Object.keys(environment)) delete process.env[name];
  }
}
