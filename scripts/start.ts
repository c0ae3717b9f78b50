// The main job: the story of docs/spec.md on a local chain, with a real model, and its numbers.
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { Command, Option } from "commander";
import { TENANTS } from "./model/accounts.ts";
import { trainBase } from "./model/base.ts";
import { DatasetError, loadDataset, rowsOf } from "./model/dataset.ts";
import { FINE_TUNE, fineTune } from "./model/finetune.ts";
import { evaluate, shapeOf } from "./model/model.ts";
import { tryAttacks } from "./story/attacks.ts";
import type { ChainKind } from "./story/chain.ts";
import { caughtByAudit, caughtByChallenge } from "./story/cheats.ts";
import { askForProofs } from "./story/demands.ts";
import { makeKeys, pinKeys } from "./story/keys.ts";
import { StoryLog } from "./story/log.ts";
import { DAYS, liveMonth, REQUESTS } from "./story/month.ts";
import { appendProven, deployModel, effectiveWeights } from "./story/ownership.ts";
import { auditHonest, challengeHonest, proveRegistration, timed } from "./story/proofs.ts";
import { writeReport } from "./story/report.ts";
import type { Caught, StoryDetails, StoryResult } from "./story/result.ts";
import { startNode, until } from "./story/serving.ts";
import { noted, type Stage, setUp } from "./story/setup.ts";

const ROOT = new URL("..", import.meta.url).pathname;
/** Units of the escrow: a ten-thousandth of a token. */
const PRICE = 100n;
const SEED = 1;

interface Options {
  chain: ChainKind;
  data?: string;
  dataset?: "sentfin";
  json?: string;
  out: string;
}

const options = new Command("npm start --")
  .description("A month of an owned model on a local chain: deploy, fine-tune, serve, pay, and five attacks.")
  .addOption(new Option("--chain <kind>", "local chain to run").choices(["hardhat", "anvil"]).default("hardhat"))
  .option("--data <file>", "CSV with the columns text,label instead of the repository's headlines")
  .addOption(new Option("--dataset <name>", "a named dataset").choices(["sentfin"]).conflicts("data"))
  .option("--json <file>", "write the result as JSON")
  .option("--out <folder>", "where the report and the files of the run go", join(ROOT, "out"))
  .parse()
  .opts<Options>();

// Ends through `exit`, at which the chain and the node are ended too.
for (const [signal, code] of [
  ["SIGINT", 130],
  ["SIGTERM", 143],
] as const) {
  process.once(signal, () => process.exit(code));
}

try {
  process.exitCode = await tell(options);
} catch (error) {
  const message = error instanceof Error ? error.message : String(error);
  console.error(`\nstory: ${message}`);
  if (process.env.DEBUG) console.error(error);
  process.exitCode = error instanceof DatasetError ? 2 : 1;
}
process.exit();

async function tell(options: Options): Promise<number> {
  const log = new StoryLog();
  const dataset = await loadDataset({
    ...(options.data === undefined ? {} : { data: options.data }),
    ...(options.dataset === undefined ? {} : { dataset: options.dataset }),
  });

  log.title("A model of one's own");
  log.step("data", `${dataset.rows.length} headlines (${dataset.name})`);
  const { model: base } = trainBase(dataset, { seed: SEED, onProgress: (message) => log.step(`  ${message}`) });
  const privateRows = rowsOf(dataset, { split: ["train", "valid"], slice: "analyst" });
  const privateTest = rowsOf(dataset, { split: "test", slice: "analyst" });
  const shape = shapeOf(base);
  const keys = makeKeys(shape);
  const tuned = fineTune(base, privateRows, FINE_TUNE);
  log.step("base on the analyst's test headlines", percent(evaluate(base, privateTest).accuracy));
  log.step(`fine-tuned on his ${privateRows.length} private headlines`, percent(evaluate(tuned, privateTest).accuracy));

  log.title("Anchored on a chain");
  const stage = await setUp(options.chain, resolve(options.out, "story"), TENANTS.length, log);
  try {
    const owned = await deployModel(stage, base);
    log.step("base anchored in the quant's name", short(owned.modelId.toString(16)));
    await pinKeys(stage, shape, keys);
    const records = privateRows.map(({ text, label }) => JSON.stringify([text, label]));
    const appended = await appendProven(stage, owned, { base, tuned }, records, keys);
    log.step("private delta appended and activated", `version ${appended.version}`);
    log.step("the delta proven, its weights unseen", timed(appended.time));
    const registration = await proveRegistration(stage, owned, appended, { shape, weights: tuned.weights }, keys);
    await askForProofs(stage, owned, shape);

    log.title("Served by a node");
    const node = await startNode(stage, owned, PRICE, REQUESTS);
    try {
      const day1 = await effectiveWeights(stage, owned);

      log.title(`${DAYS} days, ${REQUESTS} sealed inferences`);
      const month = await liveMonth(stage, owned, node, { base, tuned, dataset, seed: SEED });
      const day30 = await effectiveWeights(stage, owned);
      const paid = await settleUp(stage, node, month.completed);
      month.money.push({ day: DAYS, metered: month.completed * Number(PRICE), paid: Number(paid) });

      log.title("Proofs on demand");
      if (month.last === undefined) throw new Error("nothing was asked in the month");
      const challenged = await challengeHonest(stage, month.last);
      const audited = await auditHonest(stage, stage.actors.operator.address);
      const cheat = { shape, base, salt: owned.secrets.salt, versionHash: appended.versionHash };
      const caught: Caught[] = [];
      for (const trial of [caughtByChallenge, caughtByAudit]) {
        const found = await trial(stage, owned, node.measurementId, cheat, keys, privateTest.slice(0, 16));
        log.step(`${found.node} served the base: ${found.how}`, found.refusal);
        log.step("  given back, and taken from its stake", `${found.refund} ${found.toWhom}; ${found.slashed}`);
        caught.push(found);
      }

      log.title("Attacks");
      const attacks = await tryAttacks(stage, owned, node, options.chain);
      for (const { name, refused, by } of attacks) log.step(`${refused ? "refused" : "NOT REFUSED"}: ${name}`, by);

      const [first, last] = [month.owned[0], month.owned.at(-1)];
      const [pooledFirst, pooledLast] = [month.pooled[0], month.pooled.at(-1)];
      if (!first || !last || !pooledFirst || !pooledLast) throw new Error("the month has no first and last day");
      const result: StoryResult = {
        accuracy: {
          ownedDay1: first.accuracy,
          ownedDay30: last.accuracy,
          pooledDay1: pooledFirst.accuracy,
          pooledDay30: pooledLast.accuracy,
        },
        roots: { day1: day1.root, day30: day30.root },
        payments: { completed: month.completed, price: Number(PRICE), paid: Number(paid) },
        attacks,
        proofs: [registration, appended.time, challenged, audited],
        caught,
        gas: stage.gas,
        seconds: log.seconds,
      };
      const details: StoryDetails = {
        chain: options.chain,
        dataset: dataset.name,
        rows: dataset.rows.length,
        ...month,
        addresses: Object.fromEntries(
          Object.entries(stage.deployment.contracts).map(([name, { address }]) => [name, address]),
        ),
      };
      return await finish(log, options, result, details);
    } finally {
      await node.stop();
    }
  } finally {
    await stage.chain.stop();
  }
}

/** Lets the node settle the rest, collects for it, and says how many units reached its payout address. */
async function settleUp(stage: Stage, node: Awaited<ReturnType<typeof startNode>>, completed: number): Promise<bigint> {
  const { escrow } = stage.as(stage.actors.stranger);
  const due = node.price * BigInt(completed);
  const operator = stage.actors.operator.address;
  await until(`the node to settle ${due} units`, async () => {
    const { paid } = await escrow.channelOf({ node: operator, lineId: node.lineId, channel: node.channel });
    return paid >= due;
  });
  const contract = stage.as(stage.actors.stranger).contract("InferenceEscrow");
  const [settled] = await contract.queryFilter(contract.filters.BatchSettled(operator));
  const receipt = await settled?.getTransactionReceipt();
  if (receipt) stage.gas["settle one channel"] = Number(receipt.gasUsed);
  await noted(stage, "collect", escrow.collect({ node: operator, lineId: node.lineId }));
  const { unit } = await escrow.parameters();
  const balance = await stage.as(stage.actors.stranger).contract("Token").balanceOf(node.payout);
  const paid = balance / unit;
  stage.log.step("the node's earnings", `${paid} units = ${completed} x ${node.price}`);
  return paid;
}

/** Prints and writes the result. Exit code 0 only when the story ended as it must. */
async function finish(log: StoryLog, options: Options, result: StoryResult, details: StoryDetails): Promise<number> {
  const { accuracy, roots, payments, attacks } = result;
  log.title("A month later");
  log.step("owned model, day 1 -> day 30", `${percent(accuracy.ownedDay1)} -> ${percent(accuracy.ownedDay30)}`);
  log.step("pooled host, day 1 -> day 30", `${percent(accuracy.pooledDay1)} -> ${percent(accuracy.pooledDay30)}`);
  log.step(
    "weights root, day 1 and day 30",
    roots.day1 === roots.day30 ? `equal, ${short(roots.day1.slice(2))}` : "DIFFERENT",
  );
  log.step("deltas of other accounts meanwhile", String(details.otherDeltas));
  const report = resolve(options.out, "story.html");
  await writeReport(report, result, details);
  log.step("report", report);
  if (options.json !== undefined) {
    const file = resolve(options.json);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, `${JSON.stringify(result, null, 2)}\n`);
    log.step("result", file);
  }

  const failures = [
    accuracy.ownedDay1 !== accuracy.ownedDay30 && "the owned model's accuracy changed",
    roots.day1 !== roots.day30 && "the owned model's weights changed",
    accuracy.pooledDay30 >= accuracy.pooledDay1 && "the pooled model did not get worse",
    payments.paid !== payments.completed * payments.price && "the node was not paid completed work x price",
    ...attacks.map(({ name, refused }) => !refused && `not refused: ${name}`),
    ...result.caught.map(({ node, refusal }) => refusal !== "InferenceArbiter_InvalidProof" && `not caught: ${node}`),
  ].filter((failure): failure is string => typeof failure === "string");
  for (const failure of failures) console.error(`story: ${failure}`);
  return failures.length === 0 ? 0 : 1;
}

function percent(value: number): string {
  return `${(100 * value).toFixed(2)} %`;
}

function short(hex: string): string {
  return `0x${hex.slice(0, 16)}...`;
}
