import { mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { type Command, Option } from "commander";
import { createFileOf } from "../ceremony/files.js";
import { noirInference } from "../noir/inference.js";
import { checkFilesAbsent } from "./keys.js";
import { type CommonOptions, integer } from "./options.js";
import { print } from "./program.js";

interface NoirOptions extends CommonOptions {
  readonly inputs: number;
  readonly hidden: number;
  readonly classes: number;
  readonly out: string;
}

/** `freehold noir`: a circuit's statement for another proof system. */
export function addNoir(program: Command): void {
  const number = (flag: string, text: string, least: number, most: number) =>
    new Option(flag, text).argParser(integer(least, most));
  program
    .command("noir")
    .description("write the inference statement of tier 1 as a Noir package")
    .addOption(number("--inputs <number>", "inputs of the model", 1, 1 << 20).makeOptionMandatory())
    .addOption(number("--hidden <number>", "neurons of its hidden layer", 1, 1 << 20).makeOptionMandatory())
    .addOption(number("--classes <number>", "its classes", 2, 1_024).default(3))
    .requiredOption("--out <directory>", "the package")
    .option("--json", "print the result as JSON")
    .action(noirCommand);
}

async function noirCommand({ inputs, hidden, classes, out, ...options }: NoirOptions): Promise<void> {
  const { name, files } = noirInference({ inputs, hidden, classes });
  const paths = Object.keys(files).map((path) => join(out, path));
  await checkFilesAbsent(paths);
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(out, path)), { recursive: true });
    await createFileOf(join(out, path), text);
  }
  print({ name, out, files: Object.keys(files) }, options);
}
