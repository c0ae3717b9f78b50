#!/usr/bin/env node
import { Command, CommanderError, Option } from "commander";
import { integer } from "../cli/options.js";
import { reason, UsageError } from "../errors.js";
import { addCommand, listCommand } from "./jobs.js";
import { addOptions, dataOptions, watchOptions } from "./options.js";
import { onceCommand, watchCommand } from "./watch.js";

const KEY = "\nThe tower's key comes from FREEHOLD_WATCHTOWER_KEY or --key-file, never from an argument.";

/** Exit codes: 0 done, 1 something for the operator to put right, 2 bad arguments. */
async function main(): Promise<number> {
  const program = new Command("freehold-watchtower")
    .description("Does in time what nodes and payers who are away asked for.")
    .exitOverride()
    .configureOutput({ outputError: (text, write) => write(text) })
    .showHelpAfterError(false);
  watchOptions(program.command("watch").description("work until it is told to stop"))
    .addHelpText("after", KEY)
    .action(watchCommand);
  watchOptions(program.command("once").description("do what is due now, and end"))
    .addOption(
      new Option("--wait <seconds>", "wait so long for what was sent").default(120).argParser(integer(0, 86_400)),
    )
    .addHelpText("after", KEY)
    .action(onceCommand);
  addOptions(
    program.command("add").description("add the jobs of files").argument("<file...>", "JSON; - for stdin"),
  ).action(addCommand);
  dataOptions(program.command("list").description("print the jobs"))
    .option("--all", "those that ended, too")
    .option("--json", "print JSON, one line each")
    .action(listCommand);
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
