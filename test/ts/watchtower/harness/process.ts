import { CommandProcess, commandOf, type Run, runCommand } from "../../utils/command.ts";

const MAIN = commandOf("watchtower/main.js");

/** Runs the command to its end. */
export function run(args: string[], environment: NodeJS.ProcessEnv = {}, input = ""): Promise<Run> {
  return runCommand(MAIN, args, environment, input);
}

/** A tower in a process of its own. */
export class TowerProcess extends CommandProcess {
  constructor(args: string[], key: string) {
    super(MAIN, ["watch", ...args], { FREEHOLD_WATCHTOWER_KEY: key });
  }
}
