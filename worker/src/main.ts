#!/usr/bin/env node
import { Command, CommanderError } from "commander";
import { booksOptions } from "./cli/books.js";
import { type ServeOptions, serveOptions } from "./cli/options.js";
import { serveCommand } from "./cli/serve.js";
import { statusCommand } from "./cli/status.js";
import { measureCode } from "./enclave/measurement.js";
import { reason, UsageError } from "./errors.js";

/** Exit codes: 0 done, 1 something for the operator to put right, 2 bad arguments. */
async function main(): Promise<number> {
  const program = new Command("freehold-worker")
    .description("Serves one line's active version from an enclave and settles what it earns.")
    .exitOverride()
    .configureOutput({ outputError: (text, write) => write(text) })
    .showHelpAfterError(false);
  serveOptions(program.command("serve").description("run the node's HTTP service"))
    .addHelpText("after", "\nThe operator's key comes from FREEHOLD_WORKER_KEY or --key-file, never from an argument.")
    .action((options: ServeOptions) => serveCommand(options));
  program
    .command("measure")
    .description("print the measurement id of this code")
    .action(() => console.log(measureCode()));
  booksOptions(program.command("status").description("print what is earned, settled and unsettled"))
    .option("--json", "print JSON")
    .action(statusCommand);
  try {
    await program.parseAsync();
    return 0;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    console.error(`error: ${reason(error)}`);
    return error instanceof UsageError ? 2 : 1;
  }
}

process.exit(await main());
