import type { Command } from "commander";
import { createProgram } from "../cli/program.js";
import { keeperOptions } from "./options.js";
import { keepCommand } from "./run.js";

const HELP = `
The keeper's key comes from FREEHOLD_KEEPER_KEY or --key-file, never from an argument; --dry-run needs none.
Ends with 0 when everything lasts longer than the margin, with 1 when something does not or could not be looked at, with 2 for
wrong arguments. With --every it goes on until SIGTERM or SIGINT, and ends with 0.`;

/** The command line of `freehold-keeper`. */
export function keeperProgram(): Command {
  const text = "Refreshes Intel's collateral and AWS's revocation lists, and says what will expire.";
  return keeperOptions(createProgram("freehold-keeper", text)).addHelpText("after", HELP).action(keepCommand);
}
