import { spawn } from "node:child_process";
import { delimiter, join } from "node:path";
import { leash } from "./leash.ts";

const ROOT = new URL("../..", import.meta.url).pathname;

export interface RunOptions {
  /** Show the output only when the command fails. */
  quiet?: boolean;
  /** Return the exit code instead of throwing on failure. */
  allowFailure?: boolean;
  env?: NodeJS.ProcessEnv;
}

/** Runs a command of node_modules/.bin in the repository's root and gives its exit code and what it printed. */
export async function run(
  command: string,
  args: string[],
  options: RunOptions = {},
): Promise<{ code: number; output: string }> {
  const path = [join(ROOT, "node_modules/.bin"), process.env.PATH].join(delimiter);
  const env = { ...process.env, ...options.env, PATH: path };
  const child = leash(spawn(command, args, { cwd: ROOT, env, stdio: ["ignore", "pipe", "pipe"] }));
  const parts: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (data: Buffer) => {
      parts.push(data);
      if (!options.quiet) process.stdout.write(data);
    });
  }
  const code = await new Promise<number>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (status, signal) => resolve(status ?? (signal ? 1 : 0)));
  });
  const output = Buffer.concat(parts).toString("utf8");
  if (code !== 0 && !options.allowFailure) {
    if (options.quiet) process.stderr.write(output);
    process.stderr.write(`\n${command} ${args.join(" ")} failed with exit code ${code}\n`);
    process.exit(code);
  }
  return { code, output };
}
