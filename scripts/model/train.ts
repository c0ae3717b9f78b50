// Trains the base model and writes its two files and a report: node scripts/model/train.ts --out DIR [--data FILE]
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { weightsRoot } from "@freehold/sdk/weights";
import { architectureHash } from "@freehold/worker/engine";
import { Command, InvalidArgumentError, Option } from "commander";
import { DEFAULT_SEED, trainBase } from "./base.ts";
import { DatasetError, type DatasetOptions, loadDataset } from "./dataset.ts";
import { modelFiles } from "./model.ts";
import { describe, measure } from "./report.ts";

interface Options extends DatasetOptions {
  readonly out: string;
  readonly seed: number;
  readonly slice: "public" | "all";
}

function parseSeed(value: string): number {
  const seed = Number(value);
  if (!/^\d+$/.test(value) || !Number.isSafeInteger(seed)) {
    throw new InvalidArgumentError("must be a whole number from 0 to 2^53 - 1");
  }
  return seed;
}

async function main(options: Options): Promise<void> {
  const started = performance.now();
  const dataset = await loadDataset(options);
  await mkdir(options.out, { recursive: true });
  console.log(`${dataset.name}: ${dataset.rows.length} headlines`);
  const { seed, slice } = options;
  const { model, l2 } = trainBase(dataset, { seed, slice, onProgress: (message) => console.log(message) });
  const accuracy = measure(model, dataset);
  const files = modelFiles(model);
  const { root, byteLength } = await weightsRoot(files.weights);
  const report = {
    dataset: { name: dataset.name, sha256: dataset.sha256, rows: dataset.rows.length },
    training: { seed, slice, l2 },
    model: { weightsRoot: root, byteLength, architectureHash: architectureHash(files.architecture) },
    accuracy,
  };
  await writeFile(join(options.out, "model.safetensors"), files.weights);
  await writeFile(join(options.out, "architecture.json"), files.architecture);
  await writeFile(join(options.out, "report.json"), `${JSON.stringify(report, null, 2)}\n`);
  console.log(describe(accuracy));
  console.log(`${options.out}: weights root ${root}, ${((performance.now() - started) / 1000).toFixed(1)} s`);
}

const program = new Command("train")
  .description("Trains the market-sentiment model and writes model.safetensors, architecture.json and report.json.")
  .requiredOption("--out <dir>", "where the files go")
  .addOption(new Option("--data <file>", "CSV with the columns text and label").conflicts("dataset"))
  .addOption(new Option("--dataset <name>", "a named data set").choices(["sentfin"]))
  .addOption(new Option("--seed <n>", "seed of every random choice").argParser(parseSeed).default(DEFAULT_SEED))
  .addOption(new Option("--slice <rows>", "rows to learn from").choices(["public", "all"]).default("public"))
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2));

program.parse();
try {
  await main(program.opts<Options>());
} catch (error) {
  // One line for what the caller can put right; anything else is a defect and keeps its stack.
  const foreseen = error instanceof DatasetError || (error instanceof Error && "syscall" in error);
  if (!foreseen) throw error;
  console.error(`error: ${error.message}`);
  process.exitCode = 2;
}
