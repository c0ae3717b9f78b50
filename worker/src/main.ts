#!/usr/bin/env node
import { booksOptions } from "./cli/books.js";
import { measureCommand } from "./cli/measure.js";
import { type ServeOptions, serveOptions, teeOptions } from "./cli/options.js";
import { createProgram, runProgram } from "./cli/program.js";
import { serveCommand } from "./cli/serve.js";
import { statusCommand } from "./cli/status.js";

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

process.exit(await runProgram(program));
