import type { Command } from "commander";
import { booksOptions } from "./books.js";
import { measureCommand } from "./measure.js";
import { type ServeOptions, serveOptions, teeOptions } from "./options.js";
import { createProgram } from "./program.js";
import { serveCommand } from "./serve.js";
import { statusCommand } from "./status.js";

/** The command line of `freehold-worker`. */
export function workerProgram(): Command {
  const program = createProgram(
    "freehold-worker",
    "Serves one line's active version from an enclave and settles what it earns.",
  );
  serveOptions(program.command("serve").description("run the node's HTTP service"))
    .addHelpText("after", "\nThe operator's key comes from FREEHOLD_WORKER_KEY or --key-file, never from an argument.")
    .action((options: ServeOptions) => serveCommand(options));
  teeOptions(
    program.command("measure").description("print the measurement id of this code, as its environment measures it"),
  )
    .option("--of <file>", "instead: of what nitro-cli build-enclave printed, of a quote, or of a Nitro document")
    .addHelpText("after", "\nHow an image is measured before it runs: worker/image/README.md.")
    .action(measureCommand);
  booksOptions(program.command("status").description("print what is earned, settled and unsettled"))
    .option("--json", "print JSON")
    .action(statusCommand);
  return program;
}
