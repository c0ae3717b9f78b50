import { type Command, Option } from "commander";
import { integer } from "../cli/options.js";
import { createProgram } from "../cli/program.js";
import { addCommand, listCommand } from "./jobs.js";
import { addOptions, dataOptions, watchOptions } from "./options.js";
import { onceCommand, watchCommand } from "./watch.js";

const KEY = "\nThe tower's key comes from FREEHOLD_WATCHTOWER_KEY or --key-file, never from an argument.";

/** The command line of `freehold-watchtower`. */
export function towerProgram(): Command {
  const program = createProgram("freehold-watchtower", "Does in time what nodes and payers who are away asked for.");
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
  return program;
}
