import { Command, CommanderError } from "commander";
import { reason, UsageError } from "../errors.js";

/** A command line whose errors are one line each; see {@link runProgram}. */
export function createProgram(name: string, description: string): Command {
  return new Command(name)
    .description(description)
    .exitOverride()
    .configureOutput({ outputError: (text, write) => write(text) })
    .showHelpAfterError(false);
}

/** Runs it with the arguments of the process, unless others are given. Returns the exit code: 0 done, 1 something for the operator to put right, 2 bad arguments. */
export async function runProgram(program: Command, args: readonly string[] = process.argv.slice(2)): Promise<number> {
  try {
    await program.parseAsync(args, { from: "user" });
    return 0;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    console.error(`error: ${reason(error)}`);
    return error instanceof UsageError ? 2 : 1;
  }
}
