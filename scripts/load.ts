// Load: a worker under parallel clients, with `kill -9` of the worker and of the chain client in the middle. At the end payers,
// books and chain agree to the unit, or it fails.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { createFreehold, generateSessionKey, sessionSigner } from "@freehold/sdk";
import { useFastCurve } from "@freehold/sdk/node";
import { Command, InvalidArgumentError } from "commander";
import { Wallet } from "ethers";
import { audit } from "./load/audit.ts";
import { loadBare } from "./load/bare.ts";
import { type MortalChain, startMortalChain } from "./load/chain.ts";
import { type Answered, LoadClient } from "./load/clients.ts";
import { NodeProcess } from "./load/node.ts";
import { trainBase } from "./model/base.ts";
import { type Dataset, loadDataset, rowsOf } from "./model/dataset.ts";
import { FINE_TUNE, fineTune } from "./model/finetune.ts";
import { modelFiles } from "./model/model.ts";
import { StoryLog } from "./story/log.ts";
import { appendDelta, deployModel, type OwnedModel } from "./story/ownership.ts";
import { until } from "./story/serving.ts";
import { chainTime, noted, type Stage, setUp } from "./story/setup.ts";

/** Units of one inference. */
const PRICE = 100n;
const DEPOSIT = 10_000_000n;
/** Seconds around a kill that are left out of the undisturbed figures. */
const DISTURBED = 8;

const whole = (least: number, most: number) => (text: string) => {
  const value = Number(text);
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw new InvalidArgumentError(`It must be a whole number from ${least} to ${most}.`);
};

const options = new Command("npm run load --")
  .description("A worker under parallel clients, killed in the middle together with its chain; nothing may be lost.")
  .option("--clients <n>", "clients at once, each with a channel of its own", whole(1, 1_000), 64)
  .option("--seconds <n>", "how long they ask", whole(5, 86_400), 60)
  .option("--bare-seconds <n>", "how long they ask the same service without payments", whole(1, 3_600), 15)
  .option("--calm", "kill nothing")
  .option("--json <file>", "write the figures as JSON")
  .option("--keep", "keep logs and books also when all is well")
  .parse()
  .opts<{ clients: number; seconds: number; bareSeconds: number; calm?: boolean; keep?: boolean; json?: string }>();

// Ends through `exit`, at which all processes are ended too.
for (const [signal, code] of [
  ["SIGINT", 130],
  ["SIGTERM", 143],
] as const) {
  process.once(signal, () => process.exit(code));
}

const log = new StoryLog();
const folder = await mkdtemp(join(tmpdir(), "freehold-load-"));
try {
  process.exitCode = await load();
} catch (error) {
  console.error(`\nload: ${error instanceof Error ? error.message : String(error)}`);
  if (process.env.DEBUG) console.error(error);
  process.exitCode = 1;
}
if (process.exitCode === 0 && !options.keep) await rm(folder, { recursive: true, force: true });
else console.error(`load: logs and books are in ${folder}`);
process.exit();

async function load(): Promise<number> {
  await useFastCurve();
  log.title("A node and its payers");
  const dataset = await loadDataset({});
  let chain: MortalChain | undefined;
  const stage = await setUp("anvil", folder, 1, log, async (place) => {
    chain = await startMortalChain(place);
    return chain;
  });
  if (chain === undefined) throw new Error("there is no chain");
  try {
    const owned = await model(stage, dataset);
    const node = await NodeProcess.start(stage, owned, PRICE);
    const clients = await payers(stage, owned, node);
    const texts = dataset.rows.map(({ text }) => text);
    let asked = 0;
    const question = () => texts[asked++ % texts.length] ?? "";

    log.title(`${options.clients} clients for ${options.seconds} seconds`);
    const kills = await underLoad(clients, question, node, chain);
    log.title("Settled and held against each other");
    // A last answer tells a payer which of the failed ones were metered.
    await Promise.all(clients.map((client) => until("a last answer", () => client.ask(question()), 120)));
    const books = await node.settled();
    await node.stop();
    const verdict = await audit(stage.as(stage.actors.quant), clients, {
      node: stage.actors.operator.address,
      lineId: owned.lineId,
      price: PRICE,
      books,
    });
    const codes: Record<string, number> = {};
    for (const { failed } of clients) {
      for (const [code, count] of Object.entries(failed)) codes[code] = (codes[code] ?? 0) + count;
    }
    log.step("requests answered, failed, paid", `${verdict.answered}, ${verdict.failed}, ${verdict.paid}`);
    log.step("failures by code", JSON.stringify(codes));
    for (const problem of verdict.problems) log.step("NOT AS IT MUST BE", problem);
    if (verdict.problems.length === 0)
      log.step("lost vouchers, double bills, units between books and chain", "0, 0, 0");

    log.title("The same service without payments");
    const files = { architecture: join(folder, "bare.json"), weights: join(folder, "bare.safetensors") };
    const bare = await loadBare(files, options.clients, question, options.bareSeconds);
    await report(
      clients.flatMap(({ answered }) => answered),
      kills,
      bare,
      verdict.problems.length,
    );
    return verdict.problems.length === 0 ? 0 : 1;
  } finally {
    await stage.chain.stop();
  }
}

/** A model that is fine-tuned, anchored and active. */
async function model(stage: Stage, dataset: Dataset): Promise<OwnedModel> {
  const { model: base } = trainBase(dataset, { seed: 1, onProgress: () => undefined });
  const rows = rowsOf(dataset, { split: ["train", "valid"], slice: "analyst" });
  const tuned = fineTune(base, rows, FINE_TUNE);
  const files = modelFiles(tuned);
  await writeFile(join(folder, "bare.json"), files.architecture);
  await writeFile(join(folder, "bare.safetensors"), files.weights);
  const owned = await deployModel(stage, base);
  const records = rows.map(({ text, label }) => JSON.stringify([text, label]));
  await appendDelta(stage, stage.actors.quant, owned, tuned, records);
  return owned;
}

/** Payers with an account, a channel and a session key each. */
async function payers(stage: Stage, owned: OwnedModel, node: NodeProcess): Promise<LoadClient[]> {
  const { provider } = stage.chain;
  const { deployment, actors } = stage;
  const chainId = BigInt(deployment.chainId);
  const token = stage.as(actors.deployer).contract("Token");
  const escrow = deployment.contracts.InferenceEscrow?.address ?? "";
  const to = { node: actors.operator.address, lineId: owned.lineId };
  const accounts = Array.from({ length: options.clients }, () => Wallet.createRandom().connect(provider));
  for (const { address } of accounts) {
    await provider.send("anvil_setBalance", [address, "0xde0b6b3a7640000"]);
  }
  let nonce = await provider.getTransactionCount(actors.deployer.address, "pending");
  await Promise.all(
    accounts.map(({ address }) => token.mint(address, DEPOSIT, { nonce: nonce++ }).then((sent) => sent.wait())),
  );
  const deadline = (await chainTime(stage)) + 3_600n;
  const opened = await Promise.all(
    accounts.map(async (signer) => {
      const freehold = createFreehold({ signer, chainId, deployment });
      const key = sessionSigner(generateSessionKey());
      const opening = freehold.escrow.openWithPermit({ ...to, signer: key.address, amount: DEPOSIT, deadline });
      const { channel } = await noted(stage, undefined, opening);
      return { freehold, key, channel };
    }),
  );
  log.step("channels opened", `${opened.length}, ${DEPOSIT} units each`);
  return Promise.all(
    opened.map(({ freehold, key, channel }) =>
      LoadClient.connect(freehold, key, { ...to, endpoint: node.endpoint, channel, price: PRICE, chainId, escrow }),
    ),
  );
}

/** Lets them ask; kills the worker after a third of the time and the chain after two. Returns when, by `performance.now()`. */
async function underLoad(
  clients: readonly LoadClient[],
  question: () => string,
  node: NodeProcess,
  chain: MortalChain,
): Promise<number[]> {
  const start = performance.now();
  const over = start + options.seconds * 1000;
  const running = Promise.all(clients.map((client) => client.run(question, () => performance.now() > over)));
  const kills: number[] = [];
  const disturb = async () => {
    await pause((options.seconds * 1000) / 3);
    kills.push(performance.now());
    await node.kill();
    log.step("kill -9 of the worker", `it served again after ${seconds(kills[0] ?? 0)} s`);
    await pause(Math.max(0, start + (options.seconds * 2000) / 3 - performance.now()));
    kills.push(performance.now());
    await chain.kill();
    const lost = await chain.revive();
    log.step(
      "kill -9 of the chain client",
      `it answered again after ${seconds(kills[1] ?? 0)} s, ${lost} blocks were lost`,
    );
  };
  await Promise.all([running, options.calm ? undefined : disturb()]);
  return kills;
}

async function report(
  answered: readonly Answered[],
  kills: readonly number[],
  bare: readonly Answered[],
  problems: number,
): Promise<void> {
  const isCalm = ({ at }: Answered) => kills.every((kill) => at < kill - 1_000 || at > kill + DISTURBED * 1000);
  const calm = answered.filter(isCalm);
  const calmSeconds = options.seconds - kills.length * (DISTURBED + 1);
  const rows = {
    "with payments": figures(answered, options.seconds),
    "with payments, undisturbed": figures(calm, Math.max(1, calmSeconds)),
    "without payments": figures(bare, options.bareSeconds),
  };
  console.log(`\n${"".padEnd(30)}${"requests/s".padStart(12)}${"p50 ms".padStart(10)}${"p99 ms".padStart(10)}`);
  for (const [name, { rate, p50, p99 }] of Object.entries(rows)) {
    console.log(
      `${name.padEnd(30)}${rate.toFixed(1).padStart(12)}${p50.toFixed(1).padStart(10)}${p99.toFixed(1).padStart(10)}`,
    );
  }
  if (options.json !== undefined) await writeFile(options.json, `${JSON.stringify({ ...rows, problems }, null, 2)}\n`);
}

function figures(answered: readonly Answered[], over: number): { rate: number; p50: number; p99: number } {
  const times = answered.map(({ milliseconds }) => milliseconds).sort((a, b) => a - b);
  const at = (quantile: number) => times[Math.floor(times.length * quantile)] ?? Number.NaN;
  return { rate: times.length / over, p50: at(0.5), p99: at(0.99) };
}

function seconds(since: number): string {
  return ((performance.now() - since) / 1000).toFixed(1);
}
